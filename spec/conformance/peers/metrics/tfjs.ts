import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { type Arr, arr, at, broadcast, range, reshaped } from '../array.ts'
import { close, toleranceOf } from '../close.ts'
import { cannot } from '../verdict.ts'
import { all, checkMetricPlan, elements, make, ofLoss, type Update, valueIn } from './plan.ts'

/** A case of a metric of tfjs-layers: of all elements, or of each row. */
export const checkTfjsMetric = async (one: Case, engine: Engine): Promise<void> => {
  const [y, p] = (one.args as readonly unknown[]).map(arr) as [Arr, Arr]
  const name = String(one.function)
  const expected = arr(one.expected)
  const rows = p.shape.length > 1 ? range(p.shape[0] as number) : []
  const row = (i: number): Update => ({
    expected: at(broadcast(y, p.shape), i),
    predicted: at(p, i),
    weights: undefined,
  })
  const whole = elements([{ expected: y, predicted: p, weights: undefined }])
  const each: Readonly<Record<string, string>> = {
    binaryAccuracy: 'binaryAccuracy',
    mse: 'mse',
    MSE: 'mse',
    mae: 'mae',
    MAE: 'mae',
    mape: 'mape',
    MAPE: 'mape',
    binaryCrossentropy: 'binaryCrossentropy',
  }
  const metric = name === 'precision' || name === 'recall' ? make(name) : undefined
  if (metric) return checkMetricPlan(all(whole, metric), expected, one, engine)
  if (name === 'categoricalAccuracy' || name === 'sparseCategoricalAccuracy') {
    const one1 = (x: Arr, i: number): Arr => reshaped(at(x, i), [1, ...x.shape.slice(1)])
    const values: number[] = []
    const numbers =
      y.shape.length === p.shape.length && name === 'sparseCategoricalAccuracy' ? reshaped(y, y.shape.slice(0, 1)) : y
    for (const i of rows)
      values.push(
        (await valueIn(
          make('accuracy'),
          [{ expected: one1(numbers, i), predicted: one1(p, i), weights: undefined }],
          engine,
        )) as number,
      )
    return close('values', values, expected.data, toleranceOf(one))
  }
  const known = each[name] ?? cannot(`function ${name}`)
  const own = known === 'binaryAccuracy' ? make(known) : ofLoss(known)
  if (expected.data.length === 1) return checkMetricPlan(all(whole, own), expected, one, engine)
  const values: number[] = []
  for (const i of rows) values.push((await valueIn(own, [row(i)], engine)) as number)
  close('values', values, expected.data, toleranceOf(one))
}
