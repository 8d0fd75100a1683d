import { type Arr, broadcast, filled, mapped, range, reshaped, size } from '../array.ts'
import type { Options } from '../options.ts'
import { cannot } from '../verdict.ts'
import { all, elements, elementWeights, examples, type MetricPlan, make, type Update } from './plan.ts'

// Metrics of Keras of classes: counts of right and wrong answers, and what is made of them.

export interface Given {
  readonly options: Options
  readonly updates: readonly Update[]
}
export type Mapping = (given: Given) => MetricPlan

/** The column of one class, where one is asked for. */
const ofClass = (options: Options, updates: readonly Update[]): readonly Update[] => {
  const id = options.read<number | null>('classId', null)
  if (id === null) return updates
  const column = (one: Arr): Arr => {
    const count = one.shape.at(-1) as number
    return { shape: one.shape.slice(0, -1), data: one.data.filter((_, i) => i % count === id) }
  }
  return updates.map(({ expected, predicted, weights }) => ({
    expected: column(expected),
    predicted: column(predicted),
    weights,
  }))
}

/** Thresholds: 0.5 where none are given. */
const thresholdsOf = (options: Options): readonly number[] => {
  const given = options.read<number | readonly number[] | null>('thresholds', null)
  return given === null ? [0.5] : typeof given === 'number' ? [given] : given
}

/** True and false positives and negatives are entries of the confusion matrix of yes and no. */
export const count =
  (row: 0 | 1, column: 0 | 1): Mapping =>
  ({ options, updates }) => ({
    updates: elements(updates),
    metrics: thresholdsOf(options).map(threshold => make('confusionMatrix', { threshold })),
    view: values => values.filter((_, i) => i % 4 === 2 * row + column),
  })

/** Of all elements; or of the labels with the largest scores of each example. */
export const share =
  (name: 'precision' | 'recall'): Mapping =>
  ({ options, updates }) => {
    const k = options.read<number | null>('topK', null)
    if (k === null)
      return all(
        elements(ofClass(options, updates)),
        ...thresholdsOf(options).map(threshold => make(name, { threshold })),
      )
    options.only('thresholds')
    const id = options.read<number | null>('classId', null)
    // A vector is an example.
    const rows = updates.map(({ expected, predicted, weights }): Update => {
      if (predicted.shape.length > 1) return { expected, predicted, weights }
      const row = (one: Arr): Arr => reshaped(one, [1, ...one.shape])
      return {
        expected: row(expected),
        predicted: row(predicted),
        weights: weights?.shape.length ? row(weights) : weights,
      }
    })
    return all(examples(rows), make(name, { k, average: 'micro', ...(id === null ? {} : { only: [id] }) }))
  }

export const atLeast =
  (name: string, least: string): Mapping =>
  ({ options, updates }) =>
    all(
      elements(ofClass(options, updates)),
      make(name, { [least]: options.read(least, 0.5), thresholds: options.read('numThresholds', 200) }),
    )

const labelWeightsOf = (options: Options): readonly number[] | null => {
  const given = options.read<readonly number[] | { readonly value: readonly number[] } | null>('labelWeights', null)
  return given === null ? null : 'value' in given ? given.value : given
}

export const auc: Mapping = ({ options, updates }) => {
  const labelWeights = labelWeightsOf(options)
  options.ignore('numLabels')
  const count = options.read('numThresholds', 200)
  const settings = {
    curve: options.read('curve', 'ROC').toLowerCase(),
    method: options.read('summationMethod', 'interpolation'),
    thresholds: options.read<number | readonly number[]>('thresholds', count),
    fromLogits: options.read('fromLogits', false),
  }
  if (options.read('multiLabel', false))
    return all(examples(updates), make('auc', { ...settings, ...(labelWeights ? { labelWeights } : {}) }))
  // Without labels apart, their weights are those of elements.
  const weighed = updates.map(update => {
    if (!labelWeights) return update
    const { shape } = update.predicted
    const own = broadcast(elementWeights(update.weights ?? filled([], 1), shape), shape)
    return { ...update, weights: mapped(own, (x, i) => x * (labelWeights[i % labelWeights.length] as number)) }
  })
  return all(elements(weighed), make('auc', settings))
}

const averages: Readonly<Record<string, string | null>> = { micro: 'micro', macro: 'macro', weighted: 'weighted' }

/** The label with the largest score, or all above a threshold. */
export const fBeta =
  (beta?: number): Mapping =>
  ({ options, updates }) => {
    const average = options.has('average') ? (averages[options.read('average', '')] ?? cannot('an average')) : null
    const threshold = options.read<number | null>('threshold', null)
    return all(
      examples(updates),
      make('fBeta', {
        beta: beta ?? options.read('beta', 1),
        average,
        ...(threshold === null ? { k: 1 } : { threshold }),
      }),
    )
  }

/** One-hot vectors as class numbers. */
const classNumbers = (one: Arr): Arr => {
  const count = one.shape.at(-1) as number
  const shape = one.shape.slice(0, -1)
  return {
    shape,
    data: range(size(shape)).map(i => {
      const own = one.data.slice(i * count, (i + 1) * count)
      return own.indexOf(Math.max(...own))
    }),
  }
}

/** Intersection over union of class numbers. */
export const iou =
  (form: { readonly expected?: 'oneHot'; readonly isOfAll?: boolean } = {}): Mapping =>
  ({ options, updates }) => {
    options.only('axis', -1)
    const isSparse = {
      expected: options.read('sparseYTrue', form.expected !== 'oneHot'),
      predicted: options.read('sparseYPred', form.expected !== 'oneHot'),
    }
    const only = form.isOfAll ? null : options.read<readonly number[] | null>('targetClassIds', null)
    const numbers = updates.map(({ expected, predicted, weights }) => ({
      expected: isSparse.expected ? expected : classNumbers(expected),
      predicted: isSparse.predicted ? predicted : classNumbers(predicted),
      weights,
    }))
    return all(
      elements(numbers),
      make('meanIoU', {
        classes: options.read('numClasses', 2),
        ignoreClass: options.read<number | null>('ignoreClass', null),
        ...(only ? { only } : {}),
      }),
    )
  }
