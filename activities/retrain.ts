import { Context } from '@temporalio/activity';
import type { RetrainFacts, RetrainInput } from '../domain/retrain-state.ts';
import type { Deps } from './deps.ts';
import type { Place } from './doctor/ports.ts';
import { failure } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';
import { findTrained } from './retrain/find-trained.ts';
import type { JobBeat, JobDone, TrainModel } from './retrain/job.ts';
import { prepareRetraining } from './retrain/prepare.ts';
import { runProcessJob } from './retrain/process-job.ts';
import { untilEndpointFree } from './retrain/until-free.ts';
import { runWebhookJob } from './retrain/webhook-job.ts';

/** Trains a new version, and finds it in the registry. */
export function createRetrainActivities(deps: Deps) {
  return {
    /** @throws `InvalidSpec` failure where nothing says how to train, or it has faults */
    prepareRetrain: ({ input }: { input: RetrainInput }): Promise<RetrainFacts> => prepareRetraining(deps, input),

    /**
     * Sees the training job to its end; repeated, it goes on with the job that is under way.
     *
     * @throws `JobFailed` failure with the end of the job's log
     */
    async trainModel(request: TrainModel): Promise<JobDone> {
      const before = (Context.current().info.heartbeatDetails ?? null) as JobBeat | null;
      let beat = before;
      const show = (latest: JobBeat) => {
        // Told at once where something was begun, so that no later attempt can miss it.
        if (latest.starts !== beat?.starts) Context.current().heartbeat(latest);
        beat = latest;
      };
      return withHeartbeat(
        (signal) => {
          const { job } = request.plan;
          const attendance = { signal, before, show };
          return job.kind === 'webhook'
            ? runWebhookJob(deps, request, job, attendance)
            : runProcessJob(deps, request, job, attendance);
        },
        () => beat ?? undefined,
      );
    },

    /** Waits until no rollout, rollback or drill has the endpoint. */
    async untilFree(place: Place): Promise<void> {
      await withHeartbeat((signal) => untilEndpointFree(deps, place, signal));
    },

    /** The version that the job registered. @throws `NoVersionRegistered` failure where it left none */
    async takeTrained({
      model,
      retrainId,
      newest,
    }: Pick<TrainModel, 'model' | 'retrainId' | 'newest'>): Promise<string> {
      const version = await findTrained(deps.mlflow, { model, retrainId, newest });
      if (version !== null) return version;
      throw failure(
        'NoVersionRegistered',
        `the job went well but registered no new version of ${model} (the newest was ${newest || 'none'}); have it call mlflow.register_model, or log the model with registered_model_name="${model}", at the server in MLFLOW_TRACKING_URI`,
      );
    },
  };
}
