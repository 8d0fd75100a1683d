import { expect } from 'chai'
import { Concatenate, Elementwise, Input, type Layer, type Merge, outputShape } from '../../src/index.ts'
import { refuses } from '../faults.ts'
import { build } from '../ops/reference.ts'
import { at, close, draw, run, untyped } from '../running.ts'

/** A network of two branches from one input, whose shapes a merge gets. */
const merged = (merge: Layer, ...branches: readonly Layer[]): Layer =>
  untyped.join(Input(4), untyped.parallel(...branches), merge)

describe('Elementwise', () => {
  const xs = [draw(1, [2, 3, 2]), draw(2, [2, 3, 2]), draw(3, [2, 3, 2])]

  it('takes the mean of any number of inputs', () => {
    for (const inputs of [xs, xs.slice(0, 2)])
      close(
        run(Elementwise('average'), inputs).output,
        build([2, 3, 2], index => inputs.reduce((sum, x) => sum + at(x, ...index), 0) / inputs.length),
      )
  })

  it('adds, multiplies, subtracts, chooses or applies a function from left to right', () => {
    const rules: readonly (readonly [Layer, (a: number, b: number) => number])[] = [
      [Elementwise(), (a, b) => a + b],
      [Elementwise('add'), (a, b) => a + b],
      [Elementwise('multiply'), (a, b) => a * b],
      [Elementwise('subtract'), (a, b) => a - b],
      [Elementwise('maximum'), (a, b) => Math.max(a, b)],
      [Elementwise('minimum'), (a, b) => Math.min(a, b)],
      [Elementwise(((ops, a, b) => ops.subtract(a, b)) as Merge), (a, b) => a - b],
    ]
    for (const [layer, f] of rules)
      for (const inputs of [xs, xs.slice(0, 2)])
        close(
          run(layer, inputs).output,
          build([2, 3, 2], index => inputs.map(x => at(x, ...index)).reduce(f)),
        )
  })

  it('knows the dimensions that any of its inputs knows', () => {
    expect(
      outputShape(Elementwise(), [
        [null, null, 3],
        [null, 2, null],
      ]),
    ).to.deep.equal([null, 2, 3])
    expect(outputShape(Elementwise(), [null, [null, 2]])).to.deep.equal([null, 2])
  })

  it('reads its function back and prints it', () => {
    expect([Elementwise().mergeFunction, Elementwise('multiply').mergeFunction]).to.deep.equal(['add', 'multiply'])
    expect([Elementwise(), Elementwise('multiply', { name: 'm' })].map(String)).to.deep.equal([
      'Elementwise()',
      "Elementwise('multiply', { name: 'm' })",
    ])
  })

  refuses([
    [
      () => untyped.Elementwise('max'),
      "InvalidOption of Elementwise, mergeFunction: expected 'add', 'multiply', 'subtract', 'average', 'maximum', 'minimum' or a function, got 'max'. For example: Elementwise('add').",
    ],
    [
      () => untyped.Elementwise('constructor'),
      "InvalidOption of Elementwise, mergeFunction: expected 'add', 'multiply', 'subtract', 'average', 'maximum', 'minimum' or a function, got 'constructor'.",
    ],
    [
      () => untyped.Elementwise(2),
      "InvalidOption of Elementwise, mergeFunction: expected 'add', 'multiply', 'subtract', 'average', 'maximum', 'minimum' or a function, got 2.",
    ],
    [
      () => merged(Elementwise(), untyped.Relu(3), untyped.Relu(2)),
      'LayerConnectionError of elementwise-1: expected inputs of one shape, got [(?, 3), (?, 2)]. Bring the branches to one shape; in a residual block give the shortcut a layer that does.',
    ],
    [
      () => untyped.join(Input(4), Elementwise()),
      'LayerConnectionError of elementwise-1: expected several inputs, got (?, 4). Put parallel(...) before it.',
    ],
  ])
})

describe('Concatenate', () => {
  const [a, b] = [draw(1, [2, 3, 2]), draw(2, [2, 3, 4])]

  it('puts inputs one after the other along an axis, counted from either end', () => {
    const expected = build([2, 3, 6], ([i, j, k]) =>
      (k as number) < 2
        ? at(a, i as number, j as number, k as number)
        : at(b, i as number, j as number, (k as number) - 2),
    )
    for (const layer of [Concatenate(), Concatenate(-1), Concatenate(2)]) close(run(layer, [a, b]).output, expected, 0)
    const rows = run(Concatenate(-2), [a, a, a]).output
    close(
      rows,
      build([2, 9, 2], ([i, j, k]) => at(a, i as number, (j as number) % 3, k as number)),
      0,
    )
    const doubled = run(Concatenate(0), [a, a]).output
    close(doubled, { shape: [4, 3, 2], data: [...a.data, ...a.data] }, 0)
  })

  it('leaves open what it cannot add up', () => {
    const shapes = [
      [null, null, 3],
      [null, 2, null],
    ]
    expect(outputShape(Concatenate(), shapes)).to.deep.equal([null, 2, null])
    expect(
      outputShape(Concatenate(1), [
        [null, 2],
        [null, 5],
      ]),
    ).to.deep.equal([null, 7])
    expect(outputShape(Concatenate(1), [null, [null, 2]])).to.equal(null)
  })

  it('reads its axis back and prints it', () => {
    expect([Concatenate().axis, Concatenate(1).axis]).to.deep.equal([-1, 1])
    expect([Concatenate(), Concatenate(-1), Concatenate(1), Concatenate({ name: 'c' })].map(String)).to.deep.equal([
      'Concatenate()',
      'Concatenate()',
      'Concatenate(1)',
      "Concatenate({ name: 'c' })",
    ])
  })

  refuses([
    [
      () => untyped.Concatenate(0.5),
      'InvalidOption of Concatenate, axis: expected an integer, got 0.5. For example: Concatenate(-1).',
    ],
    [() => untyped.Concatenate('last'), "InvalidOption of Concatenate, axis: expected an integer, got 'last'."],
    [
      () =>
        outputShape(Concatenate(), [
          [null, 2, 3],
          [null, 4, 3],
        ]),
      'LayerConnectionError of concatenate-1: expected inputs that differ over axis -1 only, got [(?, 2, 3), (?, 4, 3)]. Bring the other dimensions of the branches to one size.',
    ],
    [
      () =>
        outputShape(Concatenate(2), [
          [null, 2],
          [null, 4],
        ]),
      'LayerConnectionError of concatenate-1: expected inputs with an axis 2, got [(?, 2), (?, 4)]. Choose an axis from -2 to 1.',
    ],
    [
      () =>
        outputShape(Concatenate(), [
          [null, 2],
          [null, 4, 2],
        ]),
      'LayerConnectionError of concatenate-1: expected inputs with one number of dimensions, got [(?, 2), (?, 4, 2)]. Bring the branches to one number of dimensions with Reshape.',
    ],
    [
      () => untyped.join(Input(4), Concatenate()),
      'LayerConnectionError of concatenate-1: expected several inputs, got (?, 4). Put parallel(...) before it.',
    ],
  ])
})
