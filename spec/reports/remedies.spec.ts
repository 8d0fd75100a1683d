import { expect } from 'chai'
import * as j from '../../src/index.ts'
import { faultOf } from '../faults.ts'
import { untyped } from '../running.ts'

// A remedy is followed: what it says to do works.

const network = untyped.join(j.Input(4), j.Relu(3, { name: 'hidden' }), j.Softmax(2))
const branched = untyped.join(j.Input(4), untyped.parallel(j.Relu(3), j.Tanh(3)), j.Concatenate(), j.Softmax(2))
const x = [[1, 2, 3, 4]]

/** A call that is refused, its remedy, and what the remedy says to do. */
const rows: readonly (readonly [name: string, call: () => unknown, remedy: string, follow: () => unknown])[] = [
  [
    'an Input before a slice that has one',
    () => untyped.join(j.Input(4), untyped.end(network, 'hidden')),
    "The slice has an Input of its own: begin with the slice, or cut its Input off with start(slice, 'hidden').",
    () => [
      untyped.end(network, 'hidden'),
      untyped.join(j.Input(4), untyped.start(untyped.end(network, 'hidden'), 'hidden')),
    ],
  ],
  [
    'a layer before a slice that has its name',
    () => untyped.join(j.Linear(3, { name: 'hidden' }), untyped.start(network, 'hidden')),
    'Layers of a slice keep their names: give the other layer another name.',
    () => untyped.join(j.Linear(3, { name: 'first' }), untyped.start(network, 'hidden')),
  ],
  [
    'a layer behind a slice that has its name',
    () => untyped.join(untyped.end(branched, 'relu-1'), j.Relu(7)),
    "Give one of them another name, or number them with a pattern: 'relu-1-{}'.",
    () => [
      untyped.join(untyped.end(branched, 'relu-1'), j.Relu(7, { name: 'head' })),
      untyped.join(untyped.end(branched, 'relu-1'), j.Relu(7, { name: 'relu-1-{}' })),
    ],
  ],
  [
    'a slice of one branch',
    () => untyped.start(branched, 'relu-1'),
    "Name also 'tanh-1', or start at 'concatenate-1'.",
    () => [untyped.start(branched, 'relu-1', 'tanh-1'), untyped.start(branched, 'concatenate-1')],
  ],
  [
    'a name given twice',
    () => untyped.join(j.Relu(3, { name: 'fc' }), j.Relu(3, { name: 'fc' })),
    "Give one of them another name, or number them with a pattern: 'fc-{}'.",
    () => untyped.join(j.Relu(3, { name: 'fc-{}' }), j.Relu(3, { name: 'fc-{}' })),
  ],
  [
    'an option of another library',
    () => untyped.Relu(3, { init: 3 }),
    'For example: Relu(10).',
    () => untyped.Relu(10),
  ],
  [
    'an option misspelt',
    () => untyped.Relu(3, { wieght: 3 }),
    'Did you mean weight?',
    () => untyped.Relu(3, { weight: 3 }),
  ],
  ['a name misspelt', () => untyped.Relu(3, { nmae: 'a' }), 'Did you mean name?', () => untyped.Relu(3, { name: 'a' })],
  [
    'an input of another shape',
    () => untyped.apply(network, j.init(network, j.key(0)), [[1, 2]]),
    'Give an input of this shape, or change this Input.',
    () => untyped.apply(network, j.init(network, j.key(0)), x),
  ],
  [
    'an Input of another shape within',
    () => untyped.join(j.Input(4), j.Relu(3), j.Input(2)),
    'Remove this Input, or change its shape.',
    () => [untyped.join(j.Input(4), j.Relu(3)), untyped.join(j.Input(4), j.Relu(3), j.Input(3))],
  ],
  [
    'a constructor',
    () => untyped.join(j.Input(4), j.Relu),
    'Call it: Relu().',
    () => untyped.join(j.Input(4), j.Relu()),
  ],
  [
    'an array of layers',
    () => untyped.join([j.Input(4), j.Relu()]),
    'Join the layers of an array first: join(...layers).',
    () => untyped.join(...[j.Input(4), j.Relu()]),
  ],
  [
    'a number for a key',
    () => untyped.init(network, 42),
    'Make one from a number: key(42).',
    () => j.init(network, j.key(42)),
  ],
  [
    'several inputs for one',
    () => untyped.join(untyped.parallel(j.Input(4), j.Input(4)), j.Relu(3)),
    'Put Concatenate() or Elementwise() before it.',
    () =>
      [j.Concatenate(), j.Elementwise()].map(merge =>
        untyped.join(untyped.parallel(j.Input(4), j.Input(4)), merge, j.Relu(3)),
      ),
  ],
  [
    'one input for several',
    () => untyped.join(j.Input(4), j.Concatenate()),
    'Put parallel(...) before it.',
    () => untyped.join(j.Input(4), untyped.parallel(j.Relu(3), j.Tanh(3)), j.Concatenate()),
  ],
  [
    'images into a dense layer',
    () => untyped.join(j.Input([4, 4, 1]), j.Relu(3)),
    'Put Reshape() before it, or apply it to every step with TimeDistributed.',
    () => [
      untyped.join(j.Input([4, 4, 1]), j.Reshape(), j.Relu(3)),
      untyped.join(j.Input([4, 4, 1]), untyped.TimeDistributed(untyped.TimeDistributed(j.Relu(3)))),
    ],
  ],
  [
    'a window larger than the image',
    () => untyped.join(j.Input([2, 2, 1]), j.MaxPooling([3, 3])),
    "Use a smaller window, less dilation, or padding: 'same'.",
    () =>
      [j.MaxPooling([2, 2]), j.MaxPooling([3, 3], { padding: 'same' })].map(pool =>
        untyped.join(j.Input([2, 2, 1]), pool),
      ),
  ],
  [
    'a shortcut that has another shape',
    () => untyped.join(j.Input(4), untyped.residual(j.Relu(8))),
    'Bring the branches to one shape; in a residual block give the shortcut a layer that does.',
    () => untyped.join(j.Input(4), untyped.residual(j.Relu(8), { shortcut: j.Linear(8) })),
  ],
  [
    'a name that is not there',
    () => untyped.layerOf(network, 'hiden'),
    "Did you mean 'hidden'?",
    () => untyped.layerOf(network, 'hidden'),
  ],
  [
    'the copies of a named layer',
    () => untyped.repeat(j.Relu(3, { name: 'fc' }), 2),
    "Give one of them another name, or number them with a pattern: 'fc-{}'.",
    () => untyped.repeat(j.Relu(3, { name: 'fc-{}' }), 2),
  ],
  [
    'features that nobody knows',
    () => untyped.init(j.Relu(3), j.key(0)),
    'Start the network with an Input whose features are given, such as Input(10).',
    () => j.init(j.join(j.Input(10), j.Relu(3)), j.key(0)),
  ],
]

describe('A remedy that does not work', () => {
  for (const [name, call, remedy, follow] of rows)
    it(`for ${name}`, () => {
      expect(faultOf(call).endsWith(remedy), faultOf(call)).to.equal(true)
      follow()
    })
})
