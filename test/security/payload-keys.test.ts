import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import { EncryptionCodec } from '../../temporal/payload-codec.ts';
import { PayloadKeyFault, readPayloadKeys } from '../../temporal/payload-keys.ts';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'slipway-keys-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const good = randomBytes(32).toString('base64');

async function write(content: string): Promise<string> {
  const file = join(folder, 'keys.json');
  await writeFile(file, content);
  return file;
}

test.each([
  ['{', 'is not JSON'],
  ['null', 'has no object "keys"'],
  ['{"current":"k1","keys":{}}', 'has no key'],
  [`{"current":"k2","keys":{"k1":"${good}"}}`, 'says that the current key is "k2", which is not among its keys'],
  [`{"current":"k1","keys":{"k1":"c2hvcnQ="}}`, 'has a key "k1" that is not 32 bytes in base64'],
  [`{"current":"k1","keys":{"k1":7}}`, 'has a key "k1" that is not 32 bytes in base64'],
  [`{"current":"a b","keys":{"a b":"${good}"}}`, 'has a key id that does not match'],
])('the file %s is refused in a sentence that says what to write and shows no key', async (content, what) => {
  const file = await write(content);
  const refused = () => readPayloadKeys(file);
  expect(refused).toThrow(PayloadKeyFault);
  expect(refused).toThrow(`SLIPWAY_PAYLOAD_KEYS_FILE: ${file} ${what}`);
  expect(refused).toThrow('openssl rand -base64 32');
  expect(refused).not.toThrow(good);
});

test('a file that is not there is refused by its name', () => {
  expect(() => readPayloadKeys(join(folder, 'none.json'))).toThrow('none.json does not exist');
});

test('whatever is encoded is decoded, and every change of it is refused', async () => {
  const codec = new EncryptionCodec(await write(`{"current":"k1","keys":{"k1":"${good}"}}`));
  const bytes = fc.uint8Array({ maxLength: 200 });
  const payload = fc.record({ metadata: fc.dictionary(fc.string(), bytes), data: bytes });
  await fc.assert(
    fc.asyncProperty(payload, fc.nat(), fc.integer({ min: 1, max: 255 }), async (plain, at, flip) => {
      const [sealed] = await codec.encode([plain]);
      const data = Buffer.from(sealed?.data ?? []);
      const [opened] = await codec.decode([{ ...sealed, data }]);
      expect(Buffer.from(opened?.data ?? []).equals(plain.data)).toBe(true);
      expect(Object.keys(opened?.metadata ?? {}).sort()).toEqual(Object.keys(plain.metadata).sort());
      data[at % data.length] = (data[at % data.length] ?? 0) ^ flip;
      await expect(codec.decode([{ ...sealed, data }])).rejects.toThrow(PayloadKeyFault);
    }),
    { numRuns: 200 },
  );
});

test('the same payload never looks the same twice', async () => {
  const codec = new EncryptionCodec(await write(`{"current":"k1","keys":{"k1":"${good}"}}`));
  const [a, b] = await codec.encode([{ data: Buffer.from('x') }, { data: Buffer.from('x') }]);
  expect(Buffer.from(a?.data ?? [])).not.toEqual(Buffer.from(b?.data ?? []));
});
