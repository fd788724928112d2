import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { TEMPORAL_SERVER_VERSION } from '../../client/stack/bring-temporal-server.ts';
import { WEB_UI } from '../../scripts/temporal-server/programs.ts';
import { environmentOf, readCompose, ROOT, type ComposeService } from '../support/compose.ts';

const { services, volumes } = readCompose();
const all = Object.entries(services);
const SECRET = /PASSWORD|PWD|TOKEN|SECRET|DATABASE_URL|OWNER_URL/;

describe('docker-compose.yml', () => {
  test('starts one after the other: PostgreSQL, schema, Temporal, setup, then Web UI and worker', () => {
    const after = (name: string): string[] =>
      Object.keys(services[name]?.depends_on ?? {}).flatMap((before) => [before, ...after(before)]);
    expect(after('worker')).toEqual(
      expect.arrayContaining(['setup', 'temporal', 'temporal-schema', 'postgres', 'serving', 'mlflow']),
    );
    expect(after('temporal-ui')).toEqual(['temporal', 'temporal-schema', 'postgres']);
  });

  test('waits for each in the way that fits it: servers until healthy, jobs until done', () => {
    for (const [, { depends_on = {} }] of all)
      for (const [name, { condition }] of Object.entries(depends_on))
        expect([name, condition]).toEqual([name, conditionOf(services[name])]);
  });

  test('pins every image, and runs the release of Temporal that the tests run', () => {
    for (const [, { image }] of all) expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)?$/);
    expect(services['temporal']?.image).toBe(`temporalio/server:${TEMPORAL_SERVER_VERSION}`);
    expect(services['temporal-schema']?.image).toBe(`temporalio/admin-tools:${TEMPORAL_SERVER_VERSION}`);
    expect(WEB_UI.source).toContain(`@v${services['temporal-ui']?.image.split(':')[1]}`);
    const node = (parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as { devDependencies: { node: string } })
      .devDependencies.node;
    expect(readFileSync(resolve(ROOT, 'deploy/Dockerfile'), 'utf8')).toContain(`FROM node:${node}-`);
  });

  test('holds no secret: each is asked for, and a missing one stops it before anything starts', () => {
    for (const [name, service] of all)
      for (const [variable, text] of Object.entries(service.environment ?? {}))
        if (SECRET.test(variable))
          expect([name, variable, text]).toEqual([name, variable, expect.stringContaining(':?')]);
    const { postgres } = services;
    expect(() => environmentOf(postgres as ComposeService, {})).toThrow('POSTGRES_PASSWORD');
    const asked = readFileSync(resolve(ROOT, 'docker-compose.yml'), 'utf8').matchAll(/\$\{(\w+):\?/g);
    const example = readFileSync(resolve(ROOT, 'deploy/example.env'), 'utf8');
    for (const [, variable] of asked) expect(example).toMatch(new RegExp(`^${variable}=$`, 'm'));
  });

  test('opens nothing to the network, and mounts only what is there', () => {
    for (const [, { ports = [], volumes: mounts = [] }] of all) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const mount of mounts) {
        const [from = ''] = mount.split(':');
        expect(from.startsWith('.') ? existsSync(resolve(ROOT, from)) : from in volumes, from).toBe(true);
      }
    }
  });

  test('starts programs of ours that exist', () => {
    for (const [, { image, command = [] }] of all)
      if (image.startsWith('slipway:'))
        for (const part of command)
          if (part.endsWith('.ts')) expect([part, existsSync(resolve(ROOT, part))]).toEqual([part, true]);
  });
});

function conditionOf(service: ComposeService | undefined): string {
  return service?.restart.startsWith('on-failure') ? 'service_completed_successfully' : 'service_healthy';
}
