import { expect, test } from 'vitest';
import { createMask } from '../../client/logs/mask.ts';

const mask = createMask(['ssn', 'card.no'], []);

test.each([
  [`{"inputs": {"ssn": ["078-05", "079-06"], "age": 44}}`, `{"inputs": {"ssn": …, "age": 44}}`],
  [`{"ssn": {"first": "078", "all": ["079", {"x": "080"}]}, "age": 44}`, `{"ssn": …, "age": 44}`],
  [`{"ssn": [["078]", "079"], ["080"]], "age": 44}`, `{"ssn": …, "age": 44}`],
  [String.raw`"body": "{\"ssn\": \"078, \\\"079\\\"\", \"age\": 44}"`, String.raw`"body": "{\"ssn\": …, \"age\": 44}"`],
  [String.raw`{\"ssn\": [\"078\", \"079\"], \"age\": 44}`, String.raw`{\"ssn\": …, \"age\": 44}`],
  [`row ssn=078 05 1120 age=44`, `row ssn=… age=44`],
  [`row ssn = 078 05 1120, age = 44`, `row ssn = …, age = 44`],
  [`Row(ssn='078 05', card.no=Decimal('12, 34'), age=44)`, `Row(ssn=…, card.no=…, age=44)`],
  [`{'ssn': array(['078', '079'], dtype=object), 'age': 44}`, `{'ssn': …, 'age': 44}`],
  [`{"ssn": ["078", "07`, `{"ssn": …`],
  [`{"columns": ["ssn", "age"], "data": [["078", 44], ["079", 45]]}`, `{"columns": ["ssn", "age"], "data": …}`],
  [`{"name": "ssn", "shape": [1], "data": ["078"]}`, `{"name": "ssn", "shape": [1], "data": …}`],
  [`{"columns": ["age"], "data": [[44]]}`, `{"columns": ["age"], "data": [[44]]}`],
  [`{"lessn": 1, "ssnx": 2}`, `{"lessn": 1, "ssnx": 2}`],
])('of a redacted field no value is left: %s', (text, shown) => expect(clean(text)).toBe(shown));

test.each([
  ['authorization: bearer abc.def-1, x', 'authorization: …, x'],
  ['Authorization: Basic dTpw was refused', 'Authorization: … was refused'],
  ['sent with Bearer abc.def-1', 'sent with Bearer …'],
  [`{"authorization": "bearer abc", "age": 44}`, `{"authorization": …, "age": 44}`],
  ['password=Basically1 refused', 'password=… refused'],
  ['pwd=hush; passphrase: hush', 'pwd=…; passphrase: …'],
  ['redis://:hush@cache:6379/0', 'redis://:…@cache:6379/0'],
  ['postgresql+psycopg://ada:hu@sh@db/x', 'postgresql+psycopg://ada:…@db/x'],
  [`{"a":"http://ada:hush@host","b":"c@d"}`, `{"a":"http://ada:…@host","b":"c@d"}`],
  ['routing_key=hush and x-api-key: hush', 'routing_key=… and x-api-key: …'],
  ['private_key: -----BEGIN RSA PRIVATE KEY----- hush', 'private_key: …'],
  ['told https://hooks.slack.com/services/T0/B0/hush not', 'told https://hooks.slack.com/… not'],
  ['AWS_SECRET_ACCESS_KEY=hush', 'AWS_SECRET_ACCESS_KEY=…'],
  [String.raw`{"pem": "-----BEGIN PRIVATE KEY-----\nhush\n"}`, '{"pem": "…'],
  ['a basic check of tokens per second', 'a basic check of tokens per second'],
])('no secret is left that is known by its form: %s', (text, shown) => {
  expect(clean(text)).toBe(shown);
  expect(clean(text)).not.toContain('hush');
});

test('fields of a structured line are blanked whole, in tables and tensors too', () => {
  const request = { columns: ['age', 'ssn'], data: [[44, '078']] };
  const fields = { ssn: ['078'], request, tensor: { name: 'ssn', data: ['078'] }, dbPassword: 'hush', age: 44 };
  expect(mask({ ...LINE, fields }).fields).toEqual({
    ssn: '…',
    request: { ...request, data: '…' },
    tensor: { name: 'ssn', data: '…' },
    dbPassword: '…',
    age: 44,
  });
});

test.each(['a', 'token', 'x-', '\\', '"', '(', '://:', 'ssn ', 'ssn=[', 'password:{', "ssn='", 'Bearer ', 'a://:'])(
  'a long line of %s takes no longer than its length says',
  (part) => {
    const begin = process.threadCpuUsage();
    for (const before of ['', 'ssn=[', 'ssn=']) clean(before + part.repeat(LONG / part.length));
    // Were it quadratic, it would be minutes.
    expect(process.threadCpuUsage(begin).user / 1e6).toBeLessThan(10);
  },
);

const LONG = 400_000;
const LINE = { part: 'model', endpoint: null, version: null, time: '', level: 'info', text: '', fields: {} } as const;

function clean(text: string): string {
  return mask({ ...LINE, text }).text;
}
