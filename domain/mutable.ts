/** What may be changed by whoever owns it, and by nobody who is handed it. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
