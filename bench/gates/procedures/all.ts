import type { Procedure } from './procedure.ts';

/** Procedures under test by name, loaded when asked for, so that one that cannot be loaded spoils no other. */
const LOADERS: Readonly<Record<string, () => Promise<Procedure>>> = {
  Slipway: async () => (await import('./slipway.ts')).SLIPWAY,
  'Slipway, risk-bounded ramp': async () => (await import('./slipway-ramp.ts')).SLIPWAY_RAMP,
  'Flagger (docs settings)': async () => (await import('./flagger.ts')).FLAGGER,
  'Argo Rollouts (docs settings)': async () => (await import('./argo.ts')).ARGO,
  'Kayenta judge': async () => (await import('./kayenta/judge.ts')).KAYENTA,
  'Netflix 2022 style': async () => (await import('./netflix/gate.ts')).NETFLIX,
  'z-test, peeking': async () => (await import('./z-test.ts')).Z_PEEKING,
  'z-test, once at the end': async () => (await import('./z-test.ts')).Z_ONCE,
  'group-sequential (Pocock)': async () => (await import('./z-test.ts')).POCOCK_TEST,
};

export const PROCEDURE_NAMES: readonly string[] = Object.keys(LOADERS);

/** The procedure of that name; throws if there is none. */
export async function procedureOf(name: string): Promise<Procedure> {
  const load = LOADERS[name];
  if (!load) throw new Error(`no procedure is named ${name}`);
  return load();
}
