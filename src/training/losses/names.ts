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
export interface LossesByName {
  readonly mse: typeof mse
  readonly rmse: typeof rmse
  readonly mae: typeof mae
  readonly mape: typeof mape
  readonly msle: typeof msle
  readonly rmsle: typeof rmsle
  readonly logCosh: typeof logCosh
  readonly huber: typeof huber
  readonly quantile: typeof quantile
  readonly poisson: typeof poisson
  readonly cosineSimilarity: typeof cosineSimilarity
  readonly binaryCrossentropy: typeof binaryCrossentropy
  readonly categoricalCrossentropy: typeof categoricalCrossentropy
  readonly sparseCategoricalCrossentropy: typeof sparseCategoricalCrossentropy
  readonly focal: typeof focal
  readonly kullbackLeibler: typeof kullbackLeibler
  readonly binaryHinge: typeof binaryHinge
  readonly squaredHinge: typeof squaredHinge
  readonly categoricalHinge: typeof categoricalHinge
  readonly dice: typeof dice
  readonly tversky: typeof tversky
  readonly ctc: typeof ctc
  readonly triplet: typeof triplet
  readonly contrastive: typeof contrastive
}
/** The name of a loss. */
export type LossName = keyof LossesByName
const byName: LossesByName = {
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
}

export const namedLosses: readonly Loss[] = Object.freeze(Object.values(byName))
