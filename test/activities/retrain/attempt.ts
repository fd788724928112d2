import { MockActivityEnvironment } from '@temporalio/testing';
import { createRetrainActivities } from '../../../activities/retrain.ts';
import { depsWith } from '../../support/deps.ts';
import type { TrainModel } from '../../../activities/retrain/job.ts';

// A worker of its own process, to be killed: node attempt.ts <request as JSON>
const request = JSON.parse(process.argv[2] ?? '') as TrainModel;
const { trainModel } = createRetrainActivities(depsWith({ env: process.env }));
await new MockActivityEnvironment().run(trainModel, request);
