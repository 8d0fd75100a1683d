import {
  adam,
  apply,
  compileTraining,
  foldIn,
  type Handle,
  Input,
  init,
  join,
  type Key,
  key,
  Linear,
  normals,
  Relu,
} from '../../src/index.ts'
import '../../src/wasm.ts'

// Contrastive learning (van den Oord, Li and Vinyals 2018, "Representation learning with contrastive predictive coding"; Chen et al.
// 2020, "A simple framework for contrastive learning of visual representations"): two views of each example have little in common but
// what it is. An encoder learns that alone, from which views belong together, and from no labels.

const networks = { encoder: join(Input(32), Relu(64), Linear(8)) }
const [contents, width, temperature] = [4, 32, 0.2]
/** How contents and noise are mixed to views: the same for all. */
const mixing = normals(key(1), width * width, 0, 1 / Math.sqrt(width))

interface Views<T> {
  readonly first: T
  readonly second: T
}
/** Views of examples: a few numbers that both have, and many that each has for itself, all mixed. */
const views = (from: Key, count: number): Views<{ data: Float32Array; shape: readonly number[] }> => {
  const shared = normals(foldIn(from, 'contents'), count * contents)
  const view = (name: string) => {
    const noise = normals(foldIn(from, name), count * width)
    const data = Float32Array.from({ length: count * width }, (_, i) => {
      const [row, at] = [Math.floor(i / width), i % width]
      let sum = 0
      for (let k = 0; k < width; k++) {
        const own = k < contents ? shared[row * contents + k] : noise[row * width + k]
        sum += (own as number) * (mixing[k * width + at] as number)
      }
      return sum
    })
    return { data, shape: [count, width] }
  }
  return { first: view('first'), second: view('second') }
}

const examples = 128
const step = compileTraining(
  networks,
  {
    optimizer: adam({ step: 0.01 }),
    loss: ({ ops, run }, { first, second }: Views<Handle>) => {
      const unit = (x: Handle) => ops.divide(x, ops.sqrt(ops.sum(ops.square(x), [1], true)))
      const [a, b] = [unit(run.encoder(first)), unit(run.encoder(second))]
      const alike = ops.divide(ops.matmul(a, ops.transpose(b, [1, 0])), ops.constant(temperature))
      // Each view is to be told from all others by the one that belongs to it.
      const own = ops.constant(
        Float32Array.from({ length: examples ** 2 }, (_, i) => Number(i % (examples + 1) === 0)),
        [examples, examples],
      )
      const told = ops.add(ops.logSoftmax(alike), ops.logSoftmax(ops.transpose(alike, [1, 0])))
      return ops.negative(ops.multiply(ops.sum(ops.multiply(told, own)), ops.constant(0.5 / examples)))
    },
  },
  { backend: 'wasm' },
)
let state = await step.init(init(networks, key(2)), key(3))
for (let update = 0; update < 300; update++) {
  const [next, { loss }] = await step(state, views(foldIn(key(4), update), examples))
  state = next
  if (update % 100 === 0) console.log(`update ${update}: loss ${loss.toFixed(3)}`)
}
const { variables } = await step.read(state)
await step.dispose()

/** How many of some first views have their own second view as the most alike of all. */
const found = (first: readonly number[][], second: readonly number[][]): number => {
  const unit = (x: readonly number[]) => x.map(own => own / Math.hypot(...x))
  const others = second.map(unit)
  const hits = first.map(unit).filter((x, i) => {
    const alike = others.map(other => other.reduce((sum, own, k) => sum + own * (x[k] as number), 0))
    return alike.indexOf(Math.max(...alike)) === i
  })
  return hits.length / first.length
}
const unseen = views(key(5), 200)
const rows = ({ data }: { readonly data: Float32Array }) =>
  Array.from({ length: 200 }, (_, i) => [...data.slice(i * width, (i + 1) * width)])
const coded = (view: { data: Float32Array; shape: readonly number[] }) =>
  apply(networks.encoder, variables.encoder, rows(view)).output.arraySync() as number[][]
console.log(`\nof 200 views that were never seen, found by numbers: ${found(rows(unseen.first), rows(unseen.second))}`)
console.log(`found by codes: ${found(coded(unseen.first), coded(unseen.second))}`)
