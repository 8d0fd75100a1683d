import { type Case, UnreadableCases } from '../data.ts'
import type { Engine } from '../engine.ts'
import { checkActivation, type Side } from './activations.ts'
import { checkLayer } from './keras/case.ts'
import { checkFunction } from './keras/functions.ts'
import { checkShape } from './keras/shapes.ts'
import { checkKerasLoss } from './losses/keras.ts'
import { checkOnnxLoss } from './losses/onnx.ts'
import { checkOptaxLoss } from './losses/optax.ts'
import { checkTfjsLoss } from './losses/tfjs.ts'
import { checkTorchLoss } from './losses/torch.ts'
import { checkKerasMetric } from './metrics/keras.ts'
import { checkTfjsMetric } from './metrics/tfjs.ts'
import { checkOnnx } from './onnx/case.ts'
import { checkSchedule } from './schedules.ts'
import { checkModule } from './torch/case.ts'
import { checkTraining } from './training/fit.ts'
import { checkOnnxOptimizer } from './training/onnx.ts'
import { checkClipping, checkOptimizer } from './training/optimizers.ts'
import { checkPenalty } from './training/penalties.ts'
import { cannot } from './verdict.ts'

/** Whose names a file's cases have. */
const sideOf = (file: string): Side => (file.includes('tfjs') ? 'tfjs' : 'keras')

/** Runs one case of the peers: its kind and its file say what it states. */
export const check = async (one: Case, file: string, engine: Engine): Promise<void> => {
  const side = sideOf(file)
  switch (one.kind) {
    case 'activation':
      return checkActivation(one, side, engine)
    case 'layer':
      return checkLayer(one, side, engine)
    case 'function':
    case 'tfjs_loss':
      if (file.startsWith('layers')) return checkFunction(one, engine)
      if (file.startsWith('losses')) return checkTfjsLoss(one, engine)
      if (file.startsWith('metrics')) return checkTfjsMetric(one, engine)
      return cannot(`kind ${one.kind}`)
    case 'loss':
      return checkKerasLoss(one, engine)
    case 'metric':
      return checkKerasMetric(one, engine)
    case 'optax_loss':
      return checkOptaxLoss(one, engine)
    case 'torch_loss':
      return checkTorchLoss(one, engine)
    case 'schedule':
    case 'optax_schedule':
      return checkSchedule(one)
    case 'optimizer':
      return checkOptimizer(one, side, engine)
    case 'training':
      return checkTraining(one, engine)
    case 'clip':
      return checkClipping(one, engine)
    case 'regularizer':
    case 'constraint':
    case 'initializer':
      return checkPenalty(one, engine)
    case 'shape':
      return checkShape(one, side)
    case 'torch_module':
      return checkModule(one, engine)
    case 'onnx':
      if (file.startsWith('losses')) return checkOnnxLoss(one, engine)
      if (file.startsWith('optimizers')) return checkOnnxOptimizer(one, engine)
      return checkOnnx(one, engine)
    default:
      if (typeof one.kind !== 'string') throw new UnreadableCases('a case without a kind')
      return cannot(`kind ${one.kind}`)
  }
}
