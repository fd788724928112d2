export { alert } from './alert.ts';
export { aftermath } from './aftermath.ts';
export { drill } from './drill.ts';
export { janitor } from './janitor.ts';
export { notify } from './notify.ts';
export { monitor } from './monitor.ts';
export { rollback } from './rollback.ts';
export { rollout } from './rollout.ts';
