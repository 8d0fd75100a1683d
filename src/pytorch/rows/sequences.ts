import type { Part } from '../../network/parts.ts'
import { asIs, call, knownAt, knownInput, type ModuleTensor, type Row, type Site, tensor, truth } from '../row.ts'
import { linearTensors } from './dense.ts'

// Layers of sequences.

interface RecurrentOptions {
  readonly units: number
  readonly onlyReturnFinal: boolean
  readonly backwards: boolean
  readonly learnInit: boolean
  readonly gradientClipping: number
  readonly mask: boolean
  readonly peepholes?: boolean
  readonly initial: boolean
  readonly returnState: boolean
}

/** A recurrent layer: its gates by their options, and the module of PyTorch for those that have one. */
interface Cell {
  readonly gates: readonly string[]
  /** PyTorch's module and its options for these activations of the gates. */
  readonly module: (gates: readonly unknown[]) => readonly [type: string, ...more: string[]] | null
  readonly starts: readonly (readonly [variable: string, name: string])[]
  /** The block of columns that has the other sign. */
  readonly negated?: number
}
const sigmoid = 'sigmoid'
const isAll = (gates: readonly unknown[], ...wanted: readonly string[]): boolean =>
  wanted.every((gate, i) => gates[i] === gate)
const hidden = ['hiddenInit', 'hidden_init'] as const
const cells: Readonly<Record<string, Cell>> = {
  LSTM: {
    gates: ['ingate', 'forgetgate', 'cell', 'outgate'],
    module: gates => (isAll(gates, sigmoid, sigmoid, 'tanh', sigmoid) ? ['nn.LSTM'] : null),
    starts: [hidden, ['cellInit', 'cell_init']],
  },
  GRU: {
    gates: ['resetgate', 'updategate', 'hiddenUpdate'],
    module: gates => (isAll(gates, sigmoid, sigmoid, 'tanh') ? ['nn.GRU'] : null),
    starts: [hidden],
    // PyTorch's gate says what is kept.
    negated: 1,
  },
  SimpleRNN: {
    gates: ['activation'],
    module: ([gate]) => (gate === 'tanh' || gate === 'relu' ? ['nn.RNN', `nonlinearity='${gate}'`] : null),
    starts: [hidden],
  },
}

const recurrent =
  (kind: string): Row =>
  site => {
    const { gates, module, starts, negated } = cells[kind] as Cell
    // The row is that of a layer with such options.
    const options = site.options as unknown as RecurrentOptions
    const { units, onlyReturnFinal, backwards, learnInit, gradientClipping, mask, peepholes = false } = options
    const { initial, returnState } = options
    const activations = gates.map(gate => site.options[gate])
    const own = activations.find(gate => typeof gate !== 'string')
    if (own !== undefined)
      throw site.refuse('gates by their names', 'a function of your own', "Use one of 'sigmoid', 'tanh' and others.")
    const [features = 0] = site.shapeOf('inputWeights')
    const isPlain =
      gradientClipping === 0 &&
      !mask &&
      !peepholes &&
      !learnInit &&
      (initial || starts.every(([one]) => site.isZero(one)))
    const theirs = site.isAdapted || !isPlain ? null : module(activations)
    if (theirs === null) {
      const names = activations.map(gate => `'${String(gate)}'`)
      const flags = [
        onlyReturnFinal ? null : 'final=False',
        backwards ? 'backwards=True' : null,
        learnInit ? 'learn=True' : null,
        peepholes ? 'peepholes=True' : null,
        gradientClipping === 0 ? null : `clip=${gradientClipping}`,
        mask ? 'mask=True' : null,
        initial ? 'initial=True' : null,
        returnState ? 'state=True' : null,
      ]
      const holes = ['weightCellToIngate', 'weightCellToForgetgate', 'weightCellToOutgate']
      return {
        make: call('Recurrent', `'${kind}'`, `${features}`, `${units}`, `[${names.join(', ')}]`, ...flags),
        helpers: ['Recurrent'],
        tensors: [
          asIs(site, 'inputWeights', 'input_weights'),
          asIs(site, 'hiddenWeights', 'hidden_weights'),
          asIs(site, 'biases', 'biases'),
          ...(peepholes
            ? [{ name: 'peepholes', shape: [3, units], pieces: holes.map(variable => ({ variable })) }]
            : []),
          ...(initial ? [] : starts.map(([variable, name]) => asIs(site, variable, name))),
        ],
        call: inputs => call(site.self, ...inputs),
      }
    }
    const rows = gates.length * units
    const sign = (columns: number) =>
      negated === undefined ? {} : { negated: [negated * units * columns, (negated + 1) * units * columns] as const }
    const weight = (name: string, variable: string, columns: number): ModuleTensor => ({
      name,
      shape: [rows, columns],
      pieces: [{ variable, permute: [1, 0], ...sign(columns) }],
    })
    const [type, ...more] = theirs
    return {
      make: call(type, `${features}`, `${units}`, ...more, 'batch_first=True'),
      // One bias is trained, as two that are added would learn twice as fast.
      setUp: [`${site.self}.bias_hh_l0.requires_grad_(False)`],
      tensors: [
        weight('weight_ih_l0', 'inputWeights', features),
        weight('weight_hh_l0', 'hiddenWeights', units),
        { name: 'bias_ih_l0', shape: [rows], pieces: [{ variable: 'biases', ...sign(1) }] },
        { name: 'bias_hh_l0', shape: [rows], pieces: [] },
      ],
      ...(initial || returnState ? { helpers: ['with_state'] } : {}),
      call: ([x = '', ...state]) => {
        if (!initial && !returnState)
          return `${site.self}(${backwards ? `${x}.flip(1)` : x})[0]${onlyReturnFinal ? '[:, -1]' : backwards ? '.flip(1)' : ''}`
        const flags = [`final=${truth(onlyReturnFinal)}`, `backwards=${truth(backwards)}`]
        return `${call('with_state', site.self, x, ...state, ...flags)}${returnState ? '' : '[0]'}`
      },
    }
  }

const attention: Row = site => {
  const { heads, causal, mask, dropout } = site.options as {
    readonly heads: number
    readonly causal: boolean
    readonly mask: boolean
    readonly dropout: number
  }
  const [query = 0, keys = 0] = site.shapeOf('queryWeight')
  const [key = 0] = site.shapeOf('keyWeight')
  const [value = 0, values = 0] = site.shapeOf('valueWeight')
  const [, output = 0] = site.shapeOf('outputWeight')
  const isBiased = site.has('queryBias')
  const rate = dropout === 0 ? null : `dropout=${dropout}`
  const bias = isBiased ? null : 'bias=False'
  const isTheirs = !mask && !site.isAdapted && [keys, key, value, values, output].every(size => size === query)
  if (!isTheirs)
    return {
      make: call(
        'Attention',
        ...[heads, query, key, value, keys, values, output].map(String),
        bias,
        causal ? 'causal=True' : null,
        rate,
      ),
      helpers: ['Attention'],
      tensors: ['query', 'key', 'value', 'output'].flatMap(name =>
        linearTensors(site, `${name}Weight`, `${name}Bias`, `${name}.`),
      ),
      call: inputs =>
        mask ? call(site.self, ...inputs.slice(0, -1), `mask=${inputs.at(-1)}`) : call(site.self, ...inputs),
    }
  const three = ['query', 'key', 'value']
  return {
    make: call('nn.MultiheadAttention', `${query}`, `${heads}`, rate, bias, 'batch_first=True'),
    ...(causal && { helpers: ['causal_mask'] }),
    tensors: [
      {
        name: 'in_proj_weight',
        shape: [3 * query, query],
        pieces: three.map(name => ({ variable: `${name}Weight`, permute: [1, 0] })),
      },
      ...(isBiased
        ? [{ name: 'in_proj_bias', shape: [3 * query], pieces: three.map(name => ({ variable: `${name}Bias` })) }]
        : []),
      ...linearTensors(site, 'outputWeight', 'outputBias', 'out_proj.'),
    ],
    call: ([q = '', k = q, v = k]) =>
      `${call(site.self, q, k, v, 'need_weights=False', causal ? `attn_mask=causal_mask(${q}, ${k})` : null)}[0]`,
  }
}

const within = (prefix: string, tensors: readonly ModuleTensor[]): readonly ModuleTensor[] =>
  tensors.map(one => ({ ...one, name: `${prefix}.${one.name}` }))
const partOf = (site: Site): Part => site.options.layer as Part

export const sequenceRows: Readonly<Record<string, Row>> = {
  LSTM: recurrent('LSTM'),
  GRU: recurrent('GRU'),
  SimpleRNN: recurrent('SimpleRNN'),
  MultiHeadAttention: attention,
  PositionalEncoding: site => {
    if (site.options.form !== 'learned')
      return {
        make: `SinusoidalEncoding(${String(site.options.base)})`,
        helpers: ['SinusoidalEncoding'],
        call: ([x = '']) => `${site.self}(${x})`,
      }
    const [length, features] = site.shapeOf('weight')
    return {
      make: `LearnedEncoding(${length}, ${features})`,
      helpers: ['LearnedEncoding'],
      tensors: [tensor('weight', site.shapeOf('weight'), 'weight')],
      call: ([x = '']) => `${site.self}(${x})`,
    }
  },
  RepeatVector: ({ options }) => ({ call: ([x = '']) => `${x}.unsqueeze(1).repeat(1, ${String(options.n)}, 1)` }),
  Masking: site => ({
    call: ([x = '']) => `(${x} != ${String(site.options.value)}).flatten(2).any(2).to(${x}.dtype)`,
  }),
  TimeDistributed: site => {
    const [first = null, , ...features] = knownInput(site)
    const steps = site.inputs[0]?.[1] ?? null
    const count = first === null || steps === null ? null : first * steps
    const { type, tensors } = site.inner(partOf(site), [[count, ...features]], '', site.isAdapted)
    return {
      make: `TimeDistributed(${type}())`,
      helpers: ['TimeDistributed'],
      tensors: within('layer', tensors),
      call: inputs => call(site.self, ...inputs),
    }
  },
  Bidirectional: site => {
    knownAt(site, [-1])
    const starts = (site.layer.rules.starts ?? 0) / 2
    // The states of both directions have the same shapes.
    const inputs = site.inputs.slice(0, site.inputs.length - starts)
    const there = site.inner(partOf(site), inputs, 'forward/', site.isAdapted)
    const back = site.inner(partOf(site), inputs, 'backward/', site.isAdapted)
    const merge = `'${String(site.options.merge)}'`
    return {
      make: call('Bidirectional', `${there.type}()`, `${back.type}()`, merge, starts > 0 ? `starts=${starts}` : null),
      helpers: ['Bidirectional'],
      tensors: [...within('there', there.tensors), ...within('back', back.tensors)],
      call: inputs => call(site.self, ...inputs),
    }
  },
}
