import type { Loss } from '../loss.ts'
import { mae, mape } from './absolute.ts'
import { binaryCrossentropy } from './binary-crossentropy.ts'
import { categoricalCrossentropy } from './categorical-crossentropy.ts'
import { categoricalHinge } from './categorical-hinge.ts'
import { contrastive } from './contrastive.ts'
import { cosineSimilarity } from './cosine-similarity.ts'
import { ctc } from './ctc.ts'
import { focal } from './focal.ts'
import { binaryHinge, squaredHinge } from './hinges.ts'
import { huber } from './huber.ts'
import { kullbackLeibler } from './kullback-leibler.ts'
import { logCosh } from './log-cosh.ts'
import { msle, rmsle } from './logarithmic.ts'
import { dice, tversky } from './overlap.ts'
import { poisson } from './poisson.ts'
import { quantile } from './quantile.ts'
import { sparseCategoricalCrossentropy } from './sparse-categorical-crossentropy.ts'
import { mse, rmse } from './squared.ts'
import { triplet } from './triplet.ts'

/** The losses that options may name. */
export const namedLosses: readonly Loss[] = Object.freeze([
  mse,
  rmse,
  mae,
  mape,
  msle,
  rmsle,
  logCosh,
  huber,
  quantile,
  poisson,
  cosineSimilarity,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  focal,
  kullbackLeibler,
  binaryHinge,
  squaredHinge,
  categoricalHinge,
  dice,
  tversky,
  ctc,
  triplet,
  contrastive,
])
