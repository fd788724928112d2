/** Makes the compiler prove that a `switch` covers its union; throws if data from outside defeats the types. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
