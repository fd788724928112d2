/** The namespace's page in the Web UI at SLIPWAY_WEB_URL; `null` where none is named. */
export function webUiOf(env: NodeJS.ProcessEnv, namespace: string): string | null {
  const base = env['SLIPWAY_WEB_URL'];
  return base ? `${base.replace(/\/+$/, '')}/namespaces/${namespace}` : null;
}
