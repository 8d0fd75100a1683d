import {
  adam,
  applyUpdates,
  type CompiledFunction,
  cosineDecay,
  type Given,
  type Handle,
  type Tensor,
  type VariableTree,
} from '../../src/index.ts'

/** Parameters of a network, in any interpretation of the operations. */
export type Params<T> = VariableTree<T>

/** How long to learn, and how fast at first; the rate falls to 0. */
export interface Learning {
  readonly updates: number
  readonly rate: number
}

/** Parameters that make a loss small, by Adam on its gradients. */
export const learn = async <Batch>(
  lossAndSlopes: CompiledFunction<[Params<Handle>, Batch], readonly [loss: Handle, slopes: Params<Handle>]>,
  initial: Params<Tensor>,
  batchOf: (update: number) => Given<NoInfer<Batch>>,
  { updates, rate }: Learning,
): Promise<Params<Tensor>> => {
  const optimizer = adam({ step: cosineDecay({ initialValue: rate, decayIter: updates }) })
  let params = initial
  let memory = optimizer.init(params)
  for (let update = 0; update < updates; update++) {
    const [value, slopes] = await lossAndSlopes(params, batchOf(update))
    const [changes, next] = optimizer.update(slopes, memory, params)
    params = applyUpdates(params, changes)
    memory = next
    if (update % 100 === 0) console.log(`update ${update}: loss ${value.dataSync()[0]?.toFixed(5)}`)
  }
  await lossAndSlopes.dispose()
  return params
}

/** The size of an error beside that of what it is an error of. */
export const relativeError = (found: ArrayLike<number>, exact: readonly number[]): number => {
  const size = (numbers: readonly number[]) => Math.hypot(...numbers)
  return size(exact.map((own, i) => own - (found[i] as number))) / size(exact)
}
