// A verdict must come out the same to the bit, years later and on another machine: no clock, no chance, no world, and no
// function whose last bits differ between engines.

const globals = ['console', 'crypto', 'fetch', 'performance', 'process', 'setInterval', 'setTimeout', 'setImmediate'];
const inexact = [
  ...['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1', 'hypot'],
  ...['log', 'log10', 'log1p', 'log2', 'pow', 'sin', 'sinh', 'tan', 'tanh'],
];
const outside = [
  { object: 'Date', property: 'now', message: 'Take the time as an argument: this folder is pure.' },
  { object: 'Math', property: 'random', message: 'Take a seed as an argument: this folder is pure.' },
];

/** Rules for folders that compute from their arguments alone. */
export const pure = {
  'no-restricted-globals': [
    'error',
    ...globals.map((name) => ({ name, message: 'This folder is pure: take what it gives as an argument.' })),
  ],
  'no-restricted-properties': ['error', ...outside],
  'no-restricted-syntax': [
    'error',
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: 'Take the time as an argument: this folder is pure.',
    },
  ],
};

/** On top of `pure`, for what must be recomputed bit by bit. Math.sqrt is exact everywhere and stays. */
export const reproducible = {
  'no-restricted-properties': [
    'error',
    ...outside,
    ...inexact.map((property) => ({ object: 'Math', property, message: 'Take it from @stdlib: engines differ.' })),
  ],
  'no-restricted-syntax': [
    ...pure['no-restricted-syntax'],
    {
      selector: "BinaryExpression[operator='**'], AssignmentExpression[operator='**=']",
      message: 'This is Math.pow, whose last bits differ between engines: multiply, or take pow from @stdlib.',
    },
  ],
};
