import type { Tensor } from '@tensorflow/tfjs-core'
import { variableName } from '../base/patterns.ts'
import { leavesOf } from '../base/trees.ts'
import { tensorsOf } from '../training/given.ts'
import { describeCulprit, firstIn } from '../training/loops/not-finite.ts'
import type { Session } from '../training/loops/session.ts'
import { type Run, replay, type Seen, tensorsIn } from './replay.ts'
import type { NotFinite, NotFiniteValue } from './types.ts'

// The first update with values that are not finite.

const isFiniteTensor = async (tensor: Tensor): Promise<boolean> => firstIn(await tensor.data<'float32'>()) < 0

const areFinite = async (tensors: readonly Tensor[]): Promise<boolean> => {
  for (const tensor of tensors) if (!(await isFiniteTensor(tensor))) return false
  return true
}

/** The values of an update that are not finite. */
const valuesIn = async ({ report, gradients, after }: Seen): Promise<readonly NotFiniteValue[]> => {
  const found: NotFiniteValue[] = Number.isFinite(report.loss) ? [] : [{ what: 'loss' }]
  for (const { rule, layer, name, tensor } of gradients)
    if (!(await isFiniteTensor(tensor))) found.push({ what: 'gradient', ...(rule !== null && { rule }), layer, name })
  for (const tree of [after.params, after.state])
    for (const [layer, name, tensor] of leavesOf(tree))
      if (!(await isFiniteTensor(tensor))) found.push({ what: 'variable', layer, name })
  return Object.freeze(found.map(value => Object.freeze(value)))
}

/** The values, as part of a sentence. */
const described = (values: readonly NotFiniteValue[]): string => {
  const of = (what: NotFiniteValue['what'], called: string): readonly string[] => {
    const names = values.filter(own => own.what === what).map(({ layer = '', name = '' }) => variableName(layer, name))
    return names.length === 0 ? [] : [`${called} ${names.join(', ')}`]
  }
  return [
    ...(values.some(({ what }) => what === 'loss') ? ['the loss'] : []),
    ...of('gradient', 'gradients of'),
    ...of('variable', 'variables'),
  ].join('; ')
}

/**
 * The first update with values that are not finite.
 *
 * @param last the last update of the run
 * @param isUndone whether that has been undone, as it was not finite
 * @param variablesIn the tensors of variables, whatever is trained
 */
export const firstNotFiniteIn = async (
  run: Run,
  last: number,
  isUndone: boolean,
  exhaustive: boolean,
): Promise<NotFinite | undefined> => {
  const { subject } = run.fitting
  const variablesIn = ({ trainState }: Session) => tensorsOf(subject.asTrees(trainState.variables))
  const { updates, before } = run.frames
  const start = updates[0] as number

  // The first sign: a loss, the update that was undone, or a frame; what is not finite in variables stays so.
  const loss = run.losses.values.findIndex(value => !Number.isFinite(value))
  let sign = loss >= 0 ? run.losses.first + loss : isUndone ? last : undefined
  let good = start
  for (const update of updates.filter(update => sign === undefined || update < sign)) {
    const isGood = await areFinite(variablesIn(await before(update)))
    if (isGood) good = update
    else {
      sign = Math.max(update, start + 1)
      break
    }
  }
  if (sign === undefined && !exhaustive) return undefined
  const [first, end] = [(exhaustive ? start : good) + 1, sign ?? last]
  if (first > end) return undefined

  let found: Omit<NotFinite, 'epoch' | 'batch' | 'message'> | undefined
  const { epoch, batch } = await replay(run, {
    ...{ first, last: end },
    look: async seen => {
      try {
        const values = await valuesIn(seen)
        if (values.length === 0) return false
        const isOfUpdate = values.some(({ what }) => what !== 'variable')
        const culprit = isOfUpdate ? subject.culprit(seen.before, seen.batch, seen.key) : undefined
        found = { update: seen.update, values, culprit }
        return true
      } finally {
        for (const tensor of tensorsIn(seen)) tensor.dispose()
      }
    },
  })
  if (found === undefined) return undefined
  const { update, values, culprit } = found
  const reason = culprit === undefined ? '' : ` In the order of computation: ${describeCulprit(culprit)}`
  const message = `Not finite in update ${update} (epoch ${epoch}, batch ${batch}): ${described(values)}.${reason}`
  return Object.freeze({ update, epoch, batch, values, culprit, message })
}
