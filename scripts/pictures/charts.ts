import {
  compareRuns,
  costTable,
  gradientFlow,
  histogram,
  plotCalibration,
  plotConfusion,
  plotHistory,
  plotLearningRateSweep,
  plotRoc,
  plotSchedule,
} from '../../src/display.ts'
import {
  Convolution,
  cosineDecay,
  Input,
  init,
  join,
  key,
  MaxPooling,
  normals,
  oneCycle,
  Relu,
  Reshape,
  Softmax,
  uniforms,
  warmup,
} from '../../src/index.ts'
import type { GalleryRow } from './row.ts'

// Charts of the gallery, of data that are drawn by keys: the same on any machine.

const epochs = 30
const noise = normals(key(1), 4 * epochs)
const curve = (from: number, to: number, rate: number, at: number): readonly number[] =>
  Array.from(
    { length: epochs },
    (_, i) => to + (from - to) * Math.exp(-rate * i) * (1 + 0.06 * (noise[at * epochs + i] as number)),
  )
const history = {
  loss: curve(2.3, 0.05, 0.2, 0),
  accuracy: curve(0.1, 0.985, 0.22, 1),
  validationLoss: curve(2.3, 0.16, 0.18, 2),
  validationAccuracy: curve(0.1, 0.955, 0.2, 3),
}
const runs = {
  'adam, 0.001': history,
  'adam, 0.01': { loss: curve(2.3, 0.3, 0.35, 1), validationLoss: curve(2.4, 0.42, 0.3, 0) },
  momentum: { loss: curve(2.3, 0.2, 0.12, 2), validationLoss: curve(2.3, 0.24, 0.11, 3) },
}

const labels = ['plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'ship']
const examples = 600
const draws = uniforms(key(2), examples * (labels.length + 1))
const truth = Array.from({ length: examples }, (_, i) => i % labels.length)
const predicted = truth.map((of, i) => {
  const scores = labels.map(
    (_, c) => 3 * (draws[i * labels.length + c] as number) + (c === of ? 1.6 : c % 4 === of % 4 ? 0.5 : 0),
  )
  const powers = scores.map(score => Math.exp(2 * score))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map(power => power / sum)
})

const network = join(
  Input([28, 28, 1]),
  Convolution([3, 3, 16]),
  Relu(),
  MaxPooling([2, 2]),
  Convolution([3, 3, 32]),
  Relu(),
  MaxPooling([2, 2]),
  Reshape(),
  Relu(64),
  Softmax(10),
)

const sweepPoints = Array.from({ length: 80 }, (_, i) => {
  const rate = 1e-6 * 10 ** (i / 12)
  const smoothed = 2.3 - 1.4 / (1 + (2e-3 / rate) ** 1.3) + (rate / 0.8) ** 3
  return { rate, loss: smoothed * (1 + 0.04 * (noise[i] as number)), smoothed }
}).filter(({ smoothed }) => smoothed < 4)

export const charts: readonly GalleryRow[] = [
  { name: 'history', format: 'svg', make: () => plotHistory(history) },
  { name: 'compare-runs', format: 'svg', make: () => compareRuns(runs, { log: true }) },
  { name: 'confusion', format: 'svg', make: () => plotConfusion(truth, predicted, { labels }) },
  { name: 'roc', format: 'svg', make: () => plotRoc(truth, predicted, { labels }) },
  { name: 'calibration', format: 'svg', make: () => plotCalibration(truth, predicted) },
  {
    name: 'schedule',
    format: 'svg',
    make: () =>
      plotSchedule({
        'one cycle': oneCycle({ peakValue: 0.1, totalIter: 1000 }),
        'cosine decay': cosineDecay({ initialValue: 0.1, decayIter: 1000 }),
        'warmup, then cosine': warmup({ warmupIter: 100, to: cosineDecay({ initialValue: 0.08, decayIter: 900 }) }),
      }),
  },
  {
    name: 'learning-rate-sweep',
    format: 'svg',
    make: () => plotLearningRateSweep({ points: sweepPoints, suggestion: 1.2e-3, diverged: true }),
  },
  { name: 'histogram', format: 'svg', make: () => histogram(init(network, key(3)).params) },
  {
    name: 'gradient-flow',
    format: 'svg',
    make: () =>
      gradientFlow({
        'convolution-1': 3e-9,
        'convolution-2': 4e-7,
        'convolution-3': 2e-4,
        'linear-1': 0.03,
        'linear-2': 1.4,
        'softmax-1': 2400,
      }),
  },
  { name: 'cost-table', format: 'svg', make: () => costTable(network) },
]
