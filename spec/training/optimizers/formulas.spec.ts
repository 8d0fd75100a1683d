import { expect } from 'chai'
import * as j from '../../../src/index.ts'
import { applyUpdates, type Optimizer, tensor } from '../../../src/index.ts'

// The steps that PyTorch's and optax's documentation describe, in 64-bit floats and written as there: with corrected means,
// where ours scale the step.

/** Some gradients: of usual sizes, of none, of a sign that turns, small and large. */
const gradients: readonly (readonly number[])[] = [
  [0.5, -1, 0, 0.001, 20],
  [0.4, 1.5, 0, 0.002, -10],
  [-0.3, 0.7, 0.1, -0.001, 5],
  [0.2, 0.6, -0.2, 0.003, 5],
  [0.25, -0.5, 0.3, 0.001, -1],
  [-0.6, -0.2, 0.3, 0.002, 0],
]
const start = [1, -2, 0.5, 0.1, 3]

type Memory = Record<string, number>
/** One update of one element; what it remembers is 0 in the beginning. */
type Element = (w: number, g: number, t: number, memory: Memory) => number

const reference = (element: Element, from: Memory = {}): number[] =>
  start.map((first, i) => {
    const memory: Memory = new Proxy({ ...from }, { get: (target, name) => target[name as string] ?? 0 })
    return gradients.reduce((w, own, t) => element(w, own[i] as number, t + 1, memory), first)
  })

const trained = (
  optimizer: Optimizer,
  of: readonly (readonly number[])[] = gradients,
  shape = [start.length],
): number[] => {
  let params = {
    a: {
      weight: tensor(
        start.slice(
          0,
          shape.reduce((n, d) => n * d, 1),
        ),
        shape,
      ),
    },
  }
  let state = optimizer.init(params)
  for (const own of of) {
    const [updates, next] = optimizer.update({ a: { weight: tensor([...own], shape) } }, state, params)
    state = next
    params = applyUpdates(params, updates) as never
  }
  return [...params.a.weight.dataSync()]
}

const close = (found: readonly number[], wanted: readonly number[], tolerance = 2e-5): void => {
  expect(found.length).equal(wanted.length)
  for (const [i, value] of wanted.entries())
    expect(found[i], `element ${i}`).closeTo(value, tolerance * Math.max(1, Math.abs(value)))
}

const step = 0.1
const [beta1, beta2] = [0.8, 0.9]
/** Exponential averages of gradients and squares, corrected. */
const moments = (g: number, t: number, memory: Memory): readonly [mean: number, square: number] => {
  memory.m = beta1 * (memory.m as number) + (1 - beta1) * g
  memory.v = beta2 * (memory.v as number) + (1 - beta2) * g * g
  return [(memory.m as number) / (1 - beta1 ** t), (memory.v as number) / (1 - beta2 ** t)]
}

describe('optimizers beside the published steps', () => {
  const cases: Readonly<Record<string, readonly [Optimizer, number[]]>> = {
    'SGD (PyTorch)': [j.gradientDescent({ step }), reference((w, g) => w - step * g)],
    'SGD with decoupled weight decay (optax)': [
      j.gradientDescent({ step, weightDecay: 0.2 }),
      reference((w, g) => w - step * (g + 0.2 * w)),
    ],
    'SGD with weight decay through the gradient (PyTorch)': [
      j.chain(j.addDecayedWeights(0.2), j.momentum({ step, momentum: 0.8 })),
      reference((w, own, t, memory) => {
        const g = own + 0.2 * w
        memory.b = t === 1 ? g : 0.8 * (memory.b as number) + g
        return w - step * (memory.b as number)
      }),
    ],
    'SGD with momentum and dampening (PyTorch)': [
      j.momentum({ step, momentum: 0.8, dampening: 0.3 }),
      reference((w, g, t, memory) => {
        memory.b = t === 1 ? g : 0.8 * (memory.b as number) + 0.7 * g
        return w - step * (memory.b as number)
      }),
    ],
    'SGD with Nesterov momentum (PyTorch)': [
      j.momentum({ step, momentum: 0.8, nesterov: true }),
      reference((w, g, t, memory) => {
        memory.b = t === 1 ? g : 0.8 * (memory.b as number) + g
        return w - step * (g + 0.8 * (memory.b as number))
      }),
    ],
    'Adagrad (PyTorch)': [
      j.adagrad({ step, initialAccumulator: 0.2 }),
      reference(
        (w, g, _, memory) => {
          memory.s = (memory.s as number) + g * g
          return w - (step * g) / Math.sqrt(memory.s as number)
        },
        { s: 0.2 },
      ),
    ],
    'Adadelta (PyTorch)': [
      j.adadelta({ step: 1, rho: 0.9, epsilon: 1e-3 }),
      reference((w, g, _, memory) => {
        memory.s = 0.9 * (memory.s as number) + 0.1 * g * g
        const change = (Math.sqrt((memory.d as number) + 1e-3) / Math.sqrt((memory.s as number) + 1e-3)) * g
        memory.d = 0.9 * (memory.d as number) + 0.1 * change * change
        return w - change
      }),
    ],
    'RMSProp, centered, with momentum (optax)': [
      j.rmsprop({ step, decay: 0.9, momentum: 0.5, epsilon: 1e-2, centered: true, initialSquare: 0 }),
      reference((w, g, _, memory) => {
        memory.s = 0.9 * (memory.s as number) + 0.1 * g * g
        memory.m = 0.9 * (memory.m as number) + 0.1 * g
        const own = (step * g) / Math.sqrt((memory.s as number) - (memory.m as number) ** 2 + 1e-2)
        memory.b = 0.5 * (memory.b as number) + own
        return w - (memory.b as number)
      }),
    ],
    'Adam (PyTorch, optax)': [
      j.adam({ step, beta1, beta2, epsilon: 1e-8 }),
      reference((w, g, t, memory) => {
        const [m, v] = moments(g, t, memory)
        return w - (step * m) / (Math.sqrt(v) + 1e-8)
      }),
    ],
    'Adam with amsgrad (PyTorch)': [
      j.adam({ step, beta1, beta2, epsilon: 1e-8, amsgrad: true }),
      reference((w, g, t, memory) => {
        const [m] = moments(g, t, memory)
        memory.max = Math.max(memory.max as number, memory.v as number)
        return w - (step * m) / (Math.sqrt((memory.max as number) / (1 - beta2 ** t)) + 1e-8)
      }),
    ],
    'AdamW (PyTorch)': [
      j.adamw({ step, beta1, beta2, epsilon: 1e-8, weightDecay: 0.2 }),
      reference((w, g, t, memory) => {
        const [m, v] = moments(g, t, memory)
        return w * (1 - step * 0.2) - (step * m) / (Math.sqrt(v) + 1e-8)
      }),
    ],
    'Adamax (PyTorch)': [
      j.adamax({ step, beta1, beta2, epsilon: 1e-8 }),
      reference((w, g, t, memory) => {
        const [m] = moments(g, t, memory)
        memory.u = Math.max(beta2 * (memory.u as number), Math.abs(g) + 1e-8)
        return w - (step * m) / (memory.u as number)
      }),
    ],
    'NAdam (PyTorch)': [
      j.nadam({ step, beta1, beta2, epsilon: 1e-8, momentumDecay: 0.02 }),
      reference(
        (w, g, t, memory) => {
          const [, v] = moments(g, t, memory)
          const [now, next] = [t, t + 1].map(n => beta1 * (1 - 0.5 * 0.96 ** (n * 0.02))) as [number, number]
          memory.p = (memory.p as number) * now
          const ofMean = (next * (memory.m as number)) / (1 - (memory.p as number) * next)
          const ofGradient = ((1 - now) * g) / (1 - (memory.p as number))
          return w - (step * (ofMean + ofGradient)) / (Math.sqrt(v) + 1e-8)
        },
        { p: 1 },
      ),
    ],
    'RAdam (PyTorch)': [
      j.radam({ step, beta1, beta2, epsilon: 1e-8 }),
      reference((w, g, t, memory) => {
        const [m] = moments(g, t, memory)
        const most = 2 / (1 - beta2) - 1
        const length = most - (2 * t * beta2 ** t) / (1 - beta2 ** t)
        if (length <= 5) return w - step * m
        const r = Math.sqrt(((length - 4) * (length - 2) * most) / ((most - 4) * (most - 2) * length))
        return w - (step * m * r * Math.sqrt(1 - beta2 ** t)) / (Math.sqrt(memory.v as number) + 1e-8)
      }),
    ],
    'AdaBelief (optax)': [
      j.adabelief({ step, beta1, beta2, epsilon: 1e-4, epsilonRoot: 1e-6 }),
      reference((w, g, t, memory) => {
        const [m] = moments(g, t, memory)
        memory.s = beta2 * (memory.s as number) + (1 - beta2) * (g - (memory.m as number)) ** 2
        return w - (step * m) / (Math.sqrt((memory.s as number) / (1 - beta2 ** t) + 1e-6) + 1e-4)
      }),
    ],
    'Lion (optax)': [
      j.lion({ step, beta1, beta2, weightDecay: 0.2 }),
      reference((w, g, _, memory) => {
        const direction = Math.sign(beta1 * (memory.m as number) + (1 - beta1) * g)
        memory.m = beta2 * (memory.m as number) + (1 - beta2) * g
        return w - step * (direction + 0.2 * w)
      }),
    ],
    'Rprop (PyTorch)': [
      j.rprop({ step: 0.1, minstep: 1e-6, maxstep: 50, backtrack: false }),
      reference(
        (w, g, _, memory) => {
          const sign = Math.sign(g * (memory.g as number))
          const factor = sign > 0 ? 1.2 : sign < 0 ? 0.5 : 1
          memory.s = Math.min(Math.max((memory.s as number) * factor, 1e-6), 50)
          memory.g = sign < 0 ? 0 : g
          return w - Math.sign(memory.g as number) * (memory.s as number)
        },
        { s: 0.1 },
      ),
    ],
  }
  for (const [name, [optimizer, wanted]] of Object.entries(cases)) it(name, () => close(trained(optimizer), wanted))

  it('schedule-free AdamW: what is trained, and the average that is read', () => {
    const optimizer = j.scheduleFree({ step, beta1, beta2, epsilon: 1e-8, weightDecay: 0.1, warmupIter: 3, power: 1 })
    let [x, y, z] = [[...start], [...start], [...start]]
    const v = start.map(() => 0)
    let [total, largest] = [0, 0]
    for (const [k, g] of gradients.entries()) {
      const rate = step * Math.min(1, (k + 1) / 3)
      largest = Math.max(largest, rate)
      const weight = (k + 1) * largest ** 2
      total += weight
      const c = weight / total
      for (const [i, own] of g.entries()) {
        v[i] = beta2 * (v[i] as number) + (1 - beta2) * own * own
        const direction = own / (Math.sqrt((v[i] as number) / (1 - beta2 ** (k + 1))) + 1e-8) + 0.1 * (y[i] as number)
        z[i] = (z[i] as number) - rate * direction
      }
      x = x.map((value, i) => (1 - c) * value + c * (z[i] as number))
      y = x.map((value, i) => beta1 * value + (1 - beta1) * (z[i] as number))
    }
    close(trained(optimizer), y)
    let params = { a: { weight: tensor(start) } }
    let state = optimizer.init(params)
    close([...(j.averaged(state).a?.weight?.dataSync() ?? [])], start)
    for (const own of gradients) {
      const [updates, next] = optimizer.update({ a: { weight: tensor([...own]) } }, state, params)
      state = next
      params = applyUpdates(params, updates) as never
    }
    close([...(j.averaged(state).a?.weight?.dataSync() ?? [])], x)
  })

  it('LAMB (optax), whose step is in proportion to the parameter', () => {
    const w = [...start]
    const [m, v] = [start.map(() => 0), start.map(() => 0)]
    const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
    for (const [k, g] of gradients.entries()) {
      const u = g.map((own, i) => {
        m[i] = beta1 * (m[i] as number) + (1 - beta1) * own
        v[i] = beta2 * (v[i] as number) + (1 - beta2) * own * own
        const corrected = (m[i] as number) / (1 - beta1 ** (k + 1))
        return corrected / (Math.sqrt((v[i] as number) / (1 - beta2 ** (k + 1))) + 1e-6) + 0.1 * (w[i] as number)
      })
      const trust = norm(w) / norm(u)
      for (const [i, own] of u.entries()) w[i] = (w[i] as number) - step * trust * own
    }
    close(trained(j.lamb({ step, beta1, beta2, weightDecay: 0.1 })), w)
  })

  it('LARS (optax), and what has no size or no gradient', () => {
    const w = [...start]
    const b = start.map(() => 0)
    const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
    for (const g of gradients) {
      const u = g.map((own, i) => own + 0.1 * (w[i] as number))
      const scaled = u.map(own => (own * 0.02 * norm(w)) / norm(u))
      for (const [i, own] of scaled.entries()) {
        b[i] = 0.8 * (b[i] as number) - step * own
        w[i] = (w[i] as number) + (b[i] as number)
      }
    }
    close(trained(j.lars({ step, momentum: 0.8, trust: 0.02, weightDecay: 0.1 })), w)
    const optimizer = j.lars({ step, trust: 0.5 })
    const params = { a: { empty: tensor([0, 0]), still: tensor([3, 4]) } }
    const grads = { a: { empty: tensor([1, 2]), still: tensor([0, 0]) } }
    const [updates] = optimizer.update(grads, optimizer.init(params), params)
    close([...updates.a.empty.dataSync()], [-0.1, -0.2])
    close([...updates.a.still.dataSync()], [0, 0])
  })

  it('Adafactor (Keras), of whose squares it remembers rows and columns', () => {
    const optimizer = j.adafactor({ step: 0.5 })
    const first = {
      a: {
        weight: tensor([
          [1, 2],
          [3, 4],
        ]),
      },
      b: { weight: tensor([1, 2, 3, 4]) },
    }
    const grads = {
      a: {
        weight: tensor([
          [1, 6],
          [7, 2],
        ]),
      },
      b: { weight: tensor([1, 6, 7, 2]) },
    }
    const [updates, state] = optimizer.update(grads, optimizer.init(first), first)
    close([...applyUpdates(first, updates).a.weight.dataSync()], [0.7007, -0.0081, 1.2492, 3.4407], 1e-4)
    close([...applyUpdates(first, updates).b.weight.dataSync()], [-0.3693, 0.6307, 1.6307, 2.6307], 1e-4)
    const { square } = state.slots as { square: { a: { weight: object }; b: { weight: object } } }
    expect(Object.keys(square.a.weight)).deep.equal(['rows', 'columns'])
    expect(Object.keys(square.b.weight)).deep.equal(['full'])
  })

  it('Muon: an orthogonal step for matrices, AdamW for the rest', () => {
    const optimizer = j.muon({ step: 1, momentum: 0.5, iterations: 12, coefficients: [1.5, -0.5, 0], weightDecay: 0.1 })
    const params = {
      a: {
        weight: tensor([
          [1, 0, 0],
          [0, 1, 0],
        ]),
        bias: tensor([1, 2, 3]),
      },
    }
    const grads = {
      a: {
        weight: tensor([
          [3, 0, 0],
          [0, 0.5, 0.5],
        ]),
        bias: tensor([1, -1, 0]),
      },
    }
    const [updates] = optimizer.update(grads, optimizer.init(params), params)
    // Newton and Schulz with these coefficients go to the orthogonal matrix itself; decay takes off 0.1 of the parameter.
    const [size, half] = [Math.sqrt(3 / 2), Math.SQRT1_2]
    close([...updates.a.weight.dataSync()], [-size - 0.1, 0, 0, 0, -size * half - 0.1, -size * half], 1e-4)
    const others = j.adamw()
    const rest = { a: { bias: params.a.bias } }
    const [own] = others.update({ a: { bias: grads.a.bias } }, others.init(rest), rest)
    close([...updates.a.bias.dataSync()], [...own.a.bias.dataSync()])
  })

  it('Muon: steps of matrices by their form', () => {
    const params = {
      a: {
        weight: tensor([
          [1, 0, 0],
          [0, 1, 0],
        ]),
      },
      b: {
        weight: tensor([
          [1, 0],
          [0, 1],
          [0, 0],
        ]),
      },
    }
    const lengths = (adjust: 'columns' | 'rows' | 'adam' | 'none'): readonly number[] => {
      const optimizer = j.muon({ step: 1, iterations: 12, coefficients: [1.5, -0.5, 0], adjust })
      const [{ a, b }] = optimizer.update(params, optimizer.init(params), params)
      return [-(a.weight.dataSync()[0] as number), -(b.weight.dataSync()[0] as number)]
    }
    close(lengths('columns'), [Math.sqrt(1.5), 1], 1e-4)
    close(lengths('rows'), [1, Math.sqrt(1.5)], 1e-4)
    close(lengths('adam'), [0.2 * Math.sqrt(3), 0.2 * Math.sqrt(3)], 1e-4)
    close(lengths('none'), [1, 1], 1e-4)
  })
})
