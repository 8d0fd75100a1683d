import { expect } from 'chai'
import * as j from '../../../../src/index.ts'
import { InvalidOption } from '../../../../src/index.ts'
import { settled } from '../../../settled.ts'
import { line, numbersOf, points } from './problems.ts'

// What second-order optimizers are made of, what they refuse, and what they leave.

const refused = (make: () => unknown, subject: string, remedy: RegExp): void => {
  try {
    make()
  } catch (error) {
    expect(error).instanceOf(InvalidOption)
    const { layer, option, message } = error as InvalidOption
    expect(`${layer}, ${option}`).equal(subject)
    expect(message).match(remedy)
    return
  }
  expect.fail(`no error of ${subject}`)
}
const untyped = j as unknown as Readonly<Record<string, (options?: unknown) => j.Optimizer>>
const params = { point: { x: j.tensor([3, 1]) } }
const grads = { point: { x: j.tensor([6, 2]) } }
const loss: j.Objective = (ops, { point }) => ops.sum(ops.square(point?.x as never), [0])
const residuals: j.Objective = (ops, { point }) => ops.multiply(point?.x as never, ops.constant(Math.SQRT2))
const all = [
  j.conjugateGradient(),
  j.quasiNewton(),
  j.quasiNewton({ updateFunction: 'dfp' }),
  j.quasiNewton({ updateFunction: 'sr1' }),
  j.quasiNewton({ updateFunction: 'lBfgs' }),
  j.levenbergMarquardt(),
  j.levenbergMarquardt({ reject: true }),
  j.hessian(),
  j.hessianDiagonal(),
]

describe('second-order optimizers', () => {
  it('print themselves with the options that count', () => {
    expect(String(j.hessian())).equal('hessian({ penaltyConst: 1 })')
    expect(String(j.quasiNewton())).not.include('history')
    expect(String(j.quasiNewton({ updateFunction: 'lBfgs' }))).include('history: 10')
    // NeuPy's spelling.
    expect(String(untyped.conjugateGradient?.({ updateFunction: 'hentenesStiefel' }))).include("'hestenesStiefel'")
  })

  it('refuse options that mean nothing', () => {
    const rows: readonly (readonly [name: string, option: string, values: readonly unknown[]])[] = [
      ['quasiNewton', 'h0Scale', [0, -1, Number.NaN, '1']],
      ['quasiNewton', 'history', [0, 1.5, -1]],
      ['quasiNewton', 'updateFunction', ['fletcherReeves', 3]],
      ['conjugateGradient', 'updateFunction', ['bfgs', null]],
      ['levenbergMarquardt', 'mu', [0, -1, Number.POSITIVE_INFINITY]],
      ['levenbergMarquardt', 'muUpdateFactor', [1, 0.5, '2']],
      ['levenbergMarquardt', 'reject', ['yes', 1]],
      ['levenbergMarquardt', 'step', [0.1]],
      ['hessian', 'penaltyConst', [-1, Number.NaN]],
      ['hessian', 'step', [0.1]],
      ['hessianDiagonal', 'minEigval', [0, -0.1]],
      ['hessianDiagonal', 'step', [0, -1, 'fast']],
    ]
    for (const [name, option, values] of rows)
      for (const value of values)
        refused(() => untyped[name]?.({ [option]: value }), `${name}, ${option}`, new RegExp(`For example: ${name}\\(`))
  })

  it('ask for the loss in an update by hand', () => {
    for (const optimizer of all) {
      const state = optimizer.init(params)
      const asked = optimizer.name === 'levenbergMarquardt' ? /pass \{ loss, residuals \}/ : /pass \{ loss \}/
      refused(() => optimizer.update(grads, state, params), `${optimizer.name}, loss`, asked)
    }
  })

  it('of Levenberg and Marquardt refuse losses that are no mean of squares', async () => {
    const optimizer = j.levenbergMarquardt()
    refused(
      () => optimizer.update(grads, optimizer.init(params), params, { loss }),
      'levenbergMarquardt, loss',
      /'mse'/,
    )
    for (const loss of ['mae', 'rmse', 'logCosh'] as const) {
      let error: unknown
      try {
        await j.fit(line, j.init(line, j.key(0)) as never, points as never, { loss, optimizer })
      } catch (thrown) {
        error = thrown
      }
      expect(error, loss).instanceOf(InvalidOption)
      expect((error as Error).message).match(/levenbergMarquardt.*'mse'/s)
    }
  })

  it('count a regularizer in the loss, and weights of examples', async () => {
    const network = j.join(j.Input(1), j.Linear(1, { weight: [[0]], bias: null }))
    const data = { x: [[1], [2]], y: [[2], [1]], weights: [1, 3] }
    // The least of (1 · (w - 2)² + 3 · (2 w - 1)²) / 2 + w² / 2.
    const least = 8 / 14
    for (const optimizer of [
      j.hessian({ penaltyConst: 0 }),
      j.quasiNewton({ wolfeC2: 0.01 }),
      j.conjugateGradient({ wolfeC2: 0.01 }),
      j.levenbergMarquardt({ reject: true }),
    ]) {
      const { variables } = await j.fit(network, j.init(network, j.key(0)), data, {
        ...{ loss: 'mse', optimizer, regularizer: j.l2(0.5), epochs: 30, batchSize: null },
      })
      expect(variables.params['linear-1'].weight.dataSync()[0], String(optimizer)).closeTo(least, 1e-4)
    }
  })

  it('train networks that have a state', async () => {
    const networks = [
      [j.join(j.Input(3), j.Tanh(3), j.BatchNorm(), j.Linear(1)), { data: j.normals(j.key(1), 24), shape: [8, 3] }],
      [j.join(j.Input([3, 2]), j.LSTM(2), j.Linear(1)), { data: j.normals(j.key(2), 48), shape: [8, 3, 2] }],
    ] as readonly (readonly [j.Layer, object])[]
    const y = { data: j.normals(j.key(3), 8), shape: [8, 1] }
    const some = [j.conjugateGradient(), j.quasiNewton(), j.levenbergMarquardt({ reject: true }), j.hessian()]
    for (const [network, x] of networks)
      for (const optimizer of some) {
        const { history } = await j.fit(network, j.init(network, j.key(4)) as never, { x, y } as never, {
          ...{ loss: 'mse', optimizer, epochs: 3, batchSize: null },
        })
        const losses = history.loss
        expect(losses.every(Number.isFinite), String(optimizer)).equal(true)
        // Newton's method goes to saddles too.
        if (optimizer.name !== 'hessian') expect(losses.at(-1), String(optimizer)).lessThan(losses[0] as number)
      }
  })

  it('change no argument, give the same bits, and leave nothing', async () => {
    for (const optimizer of all) {
      const state = optimizer.init(params)
      const before = await settled()
      const twice = [1, 2].map(() => {
        const [updates, next] = optimizer.update(grads, state, params, { loss, residuals })
        const again = optimizer.update(grads, next, params, { loss, residuals })
        return [updates, again[0]].map(({ point }) => [...point.x.dataSync()])
      })
      expect(twice[1], String(optimizer)).deep.equal(twice[0])
      expect([...params.point.x.dataSync()]).deep.equal([3, 1])
      expect(await settled(), String(optimizer)).at.most(before)
    }
  })

  it('leave nothing in training, compiled for any engine', async () => {
    const start = j.init(line, j.key(0)) as never
    for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
      for (const optimizer of [j.conjugateGradient(), j.hessian()]) {
        const train = () =>
          j.fit(line, start, points as never, { loss: 'mse', optimizer, backend, epochs: 2, batchSize: null })
        const counts: number[] = []
        for (let i = 0; i < 3; i++) {
          await train()
          counts.push(await settled())
        }
        // What the last call gave may be held a little longer.
        expect(counts[2], `${backend}, ${optimizer}`).at.most(counts[1] as number)
      }
  })

  it('go on from where they ended, and train a part of a network alone', async () => {
    const network = j.join(j.Input(3), j.Tanh(2), j.Linear(1))
    const x = { data: j.normals(j.key(1), 18), shape: [6, 3] }
    const data = { x, y: { data: j.normals(j.key(2), 6), shape: [6, 1] } }
    const start = j.init(network, j.key(3))
    for (const optimizer of all) {
      const options = { loss: 'mse', optimizer, batchSize: null, trains: 'linear*' } as const
      const whole = await j.fit(network, start, data, { ...options, epochs: 4 })
      const half = await j.fit(network, start, data, { ...options, epochs: 2 })
      const rest = await j.fit(network, half.variables, data, { ...options, epochs: 2, trainState: half.trainState })
      expect(numbersOf(rest.variables.params), String(optimizer)).deep.equal(numbersOf(whole.variables.params))
      expect(numbersOf({ own: whole.variables.params['tanh-1'] })).deep.equal(
        numbersOf({ own: start.params['tanh-1'] }),
      )
      expect(whole.history.loss.at(-1)).lessThan(whole.history.loss[0] as number)
    }
  })

  it('scale by curvatures of either sign, and by none', () => {
    // 2 x² - y² + 0.001 z² + 3 u, whose curvatures are 4, -2, 0.002 and 0.
    const own: j.Objective = <T>(ops: j.Ops<T>, { point }: j.VariableTree<T>) => {
      const x = point?.x as T
      const squares = ops.multiply(ops.square(x), ops.constant(new Float32Array([2, -1, 0.001, 0])))
      return ops.sum(ops.add(squares, ops.multiply(x, ops.constant(new Float32Array([0, 0, 0, 3])))), [0])
    }
    const at = { point: { x: j.tensor([1, 1, 1, 1]) } }
    const slope = { point: { x: j.tensor([4, -2, 0.002, 3]) } }
    const optimizer = j.hessianDiagonal({ step: 0.5, minEigval: 0.1 })
    const [updates] = optimizer.update(slope, optimizer.init(at), at, { loss: own })
    for (const [i, value] of [-0.5, -0.5, -0.01, -15].entries())
      expect(updates.point.x.dataSync()[i]).closeTo(value, 1e-6)

    // The whole Hessian is singular, but for what is added to it.
    const singular = j.hessian({ penaltyConst: 0 })
    const [none] = singular.update(slope, singular.init(at), at, { loss: own })
    expect([...none.point.x.dataSync()].some(Number.isFinite)).equal(false)
    const damped = j.hessian({ penaltyConst: 1 })
    const [some] = damped.update(slope, damped.init(at), at, { loss: own })
    for (const [i, value] of [-4 / 5, -2, -0.002 / 1.002, -3].entries())
      expect(some.point.x.dataSync()[i]).closeTo(value, 1e-6)
  })

  it('have nothing to do where nothing is trained', async () => {
    const network = j.join(j.Input(2), j.Relu())
    for (const optimizer of all) {
      const { history } = await j.fit(
        network,
        j.init(network, j.key(0)),
        { x: [[1, 2]], y: [[1, 1]] },
        { loss: 'mse', optimizer },
      )
      expect(history.loss[0], String(optimizer)).equal(0.5)
    }
  })
})
