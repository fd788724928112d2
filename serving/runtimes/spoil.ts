/** An answer in JSON with every value another one of the same form; what is no JSON is given back as it is. */
export function spoil(answer: string): string {
  try {
    return JSON.stringify(JSON.parse(answer, (_, value: unknown) => another(value)));
  } catch {
    return answer;
  }
}

function another(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
      return value + 1;
    case 'boolean':
      return !value;
    case 'string':
      return `${value}, spoilt`;
    default:
      return value;
  }
}
