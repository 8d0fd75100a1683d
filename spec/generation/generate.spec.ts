import type * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import type { BackendOption } from '../../src/backends/choose.ts'
import type { AnyLayer } from '../../src/core/layer.ts'
import {
  type Backend,
  chooseBackend,
  Embedding,
  foldIn,
  type GenerateOptions,
  GRU,
  generate,
  gpt,
  Input,
  InvalidOption,
  init,
  join,
  type Key,
  key,
  Linear,
  predict,
  Softmax,
  TimeDistributed,
  tensor,
  uniforms,
  type Variables,
} from '../../src/index.ts'
import { settled } from '../settled.ts'
import { networks, translating } from './networks.ts'

const backends: readonly (BackendOption & string)[] = ['tfjs', 'wasm', 'onnxruntime']

interface Asked {
  readonly length: number
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly key?: Key
}

/** A token by the definition: sorted probabilities, cut, and the first whose cumulated share is above the draw. */
const drawn = (probabilities: readonly number[], asked: Asked, draw: number): number => {
  const { temperature = 1, topK = Number.POSITIVE_INFINITY, topP = 1 } = asked
  const ordered = [...probabilities.entries()].sort(([i, a], [j, b]) => b - a || i - j)
  if (temperature === 0) return ordered[0]?.[0] as number
  const scaled = ordered.map(([i, p]) => [i, p ** (1 / temperature)] as const).slice(0, topK)
  const sum = (list: readonly (readonly [number, number])[]): number => list.reduce((total, [, p]) => total + p, 0)
  const all = sum(scaled)
  const kept = scaled.filter((_, i) => sum(scaled.slice(0, i)) < topP * all)
  const chosen = kept.toSorted(([i], [j]) => i - j)
  let share = 0
  return (chosen.find(([, p]) => {
    share += p / sum(kept)
    return draw < share
  })?.[0] ?? chosen.at(-1)?.[0]) as number
}

/** The loop over the whole window: everything is read again for each token. */
const bySlidingWhole = async (
  network: AnyLayer,
  variables: Variables,
  prompt: readonly (readonly number[])[],
  asked: Asked,
  window: number | null,
  others: readonly tf.Tensor[] = [],
): Promise<number[]> => {
  const rows = prompt.map(row => [...row])
  const steps = rows[0]?.length as number
  for (let i = 0; i < asked.length; i++) {
    const count = steps + i
    // What comes later makes no difference to what was before.
    const filled = rows.map(row => [...row, ...Array<number>(Math.max(0, (window ?? count) - count)).fill(0)])
    const given = (others.length > 0 ? [filled, ...others] : filled) as never
    const output = (await predict(network, variables as never, given)) as tf.Tensor
    const [, time = 0, size = 0] = output.shape
    const data = output.dataSync()
    const draws = asked.key === undefined ? [] : uniforms(foldIn(asked.key, i), rows.length)
    for (const [row, tokens] of rows.entries()) {
      const from = (row * time + count - 1) * size
      tokens.push(drawn(Array.from(data.slice(from, from + size)), asked, draws[row] ?? 0))
    }
  }
  return rows.flatMap(row => row.slice(steps))
}

const prompt = [
  [3, 1, 4],
  [1, 5, 9],
]
const variablesOf = (network: AnyLayer, seed = 3): Variables => init(network as never, key(seed)) as never
const run = async (network: AnyLayer, given: unknown, options: unknown, seed = 3): Promise<number[]> =>
  Array.from(
    (await generate(network, variablesOf(network, seed), given as never, options as GenerateOptions)).dataSync(),
  )

describe('generate', () => {
  for (const backend of backends)
    describe(`on ${backend}`, () => {
      for (const [name, window] of [
        ['gpt', 27],
        ['LSTM', null],
        ['causal convolutions', null],
      ] as const)
        it(`gives the tokens of the whole-window loop with ${name}: greedy, and drawn`, async () => {
          const network = networks[name] as AnyLayer
          for (const asked of [
            { length: 6, temperature: 0 },
            { length: 9, temperature: 0.7, topK: 5, topP: 0.8, key: key(5) },
          ]) {
            const expected = await bySlidingWhole(network, variablesOf(network), prompt, asked, window)
            expect(await run(network, prompt, { ...asked, backend })).to.deep.equal(expected)
          }
        })
    })

  it('reads further inputs, the same for all steps', async () => {
    const memory = tensor(
      Float32Array.from({ length: 48 }, (_, i) => Math.sin(3 * i)),
      [2, 4, 6],
    )
    const asked = { length: 5, key: key(1) }
    const expected = await bySlidingWhole(translating, variablesOf(translating), prompt, asked, null, [memory])
    expect(await run(translating, [prompt, memory], asked)).to.deep.equal(expected)
  })

  const network = networks.gpt as AnyLayer

  it('draws by the key: the same gives the same, each row by its place', async () => {
    const options = { length: 12, key: key(7) }
    const first = await run(network, prompt, options)
    expect(await run(network, prompt, options)).to.deep.equal(first)
    expect(await run(network, [prompt[0]], options)).to.deep.equal(first.slice(0, 12))
    expect(await run(network, prompt, { ...options, key: key(8) })).not.to.deep.equal(first)
  })

  it('takes logits as it takes probabilities', async () => {
    const weight = Float32Array.from({ length: 88 }, (_, i) => Math.sin(5 * i))
    const upTo = join(Input([null]), Embedding(11, 8), GRU(8, { onlyReturnFinal: false }))
    const [a, b] = [
      join(upTo, TimeDistributed(Softmax(11, { weight }), { name: 'next' })),
      join(upTo, TimeDistributed(Linear(11, { weight }), { name: 'next' })),
    ]
    const options = { length: 20, topP: 0.9, key: key(1) }
    expect(await run(a, prompt, options)).to.deep.equal(await run(b, prompt, options))
  })

  it('gives tokens that the compiler knows as integers', async () => {
    const own = gpt({ vocabulary: 5, length: 6, width: 4, heads: 2, layers: 1 })
    const tokens = await generate(own, init(own, key(1)), tensor([[1, 2]], { dtype: 'int32' }), {
      length: 2,
      temperature: 0,
    })
    const shape: [number, number] = tokens.shape
    const dtype: 'int32' = tokens.dtype
    expect([shape, dtype]).to.deep.equal([[1, 2], 'int32'])
    // @ts-expect-error tokens are drawn with a key
    await generate(own, init(own, key(1)), [[1]], { length: 2 }).catch(() => undefined)
    // @ts-expect-error variables of another network
    await generate(own, init(join(Input(4), Linear(3)), key(1)), [[1]], { length: 2, key: key(1) }).catch(
      () => undefined,
    )
  })

  it('tells of each token, and waits', async () => {
    const told: [readonly number[], number][] = []
    let waiting = 0
    const tokens = await run(network, prompt, {
      length: 4,
      key: key(1),
      onToken: async (last: readonly number[], index: number) => {
        waiting += 1
        expect(waiting).to.equal(1)
        await new Promise(resolve => setTimeout(resolve, 2))
        waiting -= 1
        told.push([last, index])
      },
    })
    expect(told.map(([, index]) => index)).to.deep.equal([0, 1, 2, 3])
    expect([0, 1].flatMap(row => told.map(([last]) => last[row]))).to.deep.equal(tokens)
  })

  it('ends sequences with a token, each at its place', async () => {
    const options = { length: 20, key: key(2) }
    const free = await run(network, prompt, options)
    const stop = free[3] as number
    const ended = (row: readonly number[]): readonly number[] => {
      const at = row.indexOf(stop)
      return row.map((token, i) => (at >= 0 && i > at ? stop : token))
    }
    let count = 0
    const onToken = () => {
      count += 1
    }
    const stopped = await run(network, prompt, { ...options, stop, onToken })
    expect(stopped).to.deep.equal([...ended(free.slice(0, 20)), ...ended(free.slice(20))])
    const lasts = [free.slice(0, 20).indexOf(stop), free.slice(20).indexOf(stop)]
    expect(count).to.equal(lasts.includes(-1) ? 20 : Math.max(...lasts) + 1)
  })

  it('compiles one program for the prompt and one for all other tokens', async () => {
    const inner = (await chooseBackend('tfjs')) as Backend<unknown>
    let compiled = 0
    const backend: Backend<unknown> = {
      ...inner,
      compile: (...args) => {
        compiled += 1
        return inner.compile(...args)
      },
    }
    await run(network, prompt, { length: 20, key: key(1), backend })
    expect(compiled).to.equal(2)
  })

  it('gives nothing for no prompts', async () => {
    const own = gpt({ vocabulary: 5, length: 6, width: 4, heads: 2, layers: 1 })
    const none = await generate(own, init(own, key(1)), { data: [], shape: [0, 2] }, { length: 3, temperature: 0 })
    expect(none.shape).to.deep.equal([0, 3])
  })

  it('leaves no tensors but its result, also when it fails', async () => {
    const variables = variablesOf(network)
    const before = await settled()
    const tokens = await generate(network, variables, prompt, { length: 3, temperature: 0 })
    expect((await settled()) - before).to.equal(1)
    tokens.dispose()
    const failing = generate(network, variables, prompt, {
      length: 3,
      temperature: 0,
      onToken: (_, index) => {
        if (index === 1) throw new RangeError('enough')
      },
    })
    expect(await failing.catch((error: unknown) => error)).to.be.instanceOf(RangeError)
    expect(await settled()).to.equal(before)
  })

  describe('refuses', () => {
    const own = gpt({ vocabulary: 5, length: 6, width: 4, heads: 2, layers: 1 })
    const variables = init(own, key(1))
    const refused = (given: unknown, options: unknown, message: string, of: AnyLayer = own): void => {
      it(message, async () => {
        const error = await generate(
          of,
          (of === own ? variables : variablesOf(of)) as never,
          given as never,
          options as never,
        ).then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(error).to.be.instanceOf(InvalidOption)
        expect((error as Error).message).to.include(message)
      })
    }
    const greedy = { length: 2, temperature: 0 }
    refused([[1]], { temperature: 0 }, 'generate, length: expected a positive integer')
    refused([[1]], { length: 2 }, 'generate, key: expected a key, got null. Make one from a number: key(42).')
    refused([[1]], { length: 2, key: 3 }, 'generate, key: expected a key, got 3')
    refused([[1]], { ...greedy, temperature: -1 }, 'generate, temperature: expected')
    refused([[1]], { ...greedy, topK: 0 }, 'generate, topK: expected a positive integer')
    refused([[1]], { ...greedy, topK: 6 }, 'generate, topK: expected at most 5, for 5 tokens, got 6')
    refused([[1]], { ...greedy, topP: 0 }, 'generate, topP: expected a number > 0 and <= 1, got 0')
    refused([[1]], { ...greedy, stop: 5 }, 'generate, stop: expected at most 4, for 5 tokens, got 5')
    refused([[1]], { ...greedy, onToken: 1 }, 'generate, onToken: expected a function of the tokens and their place')
    refused([[1]], { ...greedy, beams: 4 }, 'generate, beams: expected an option of length')
    refused([[1]], { ...greedy, backend: 'gpu' }, 'generate, backend: expected a backend')
    refused([[1.5]], greedy, 'tokens, input: expected whole numbers from 0 to 4, got 1.5')
    refused(tensor([[1]]), greedy, 'generate, prompt: expected int32 ids')
    refused([1, 2], greedy, 'generate, prompt: expected tokens [batch, steps], at least one step, got (2,)')
    refused(
      [[1, 2, 3]],
      { length: 5, temperature: 0 },
      'generate, length: expected at most 6 steps, as positions are learned for, got 7. Generate less',
    )
    refused(
      [[1]],
      greedy,
      'embedding-1, inputSize: expected at least 11 ids, as the network gives so many tokens, got 5',
      join(Input([null]), Embedding(5, 4), TimeDistributed(Softmax(11))),
    )
    refused(
      [[1]],
      greedy,
      'generate, variables: expected variables with which tokens have finite scores, got a score of Infinity',
      join(Input([null]), Embedding(5, 4, { weight: 3e38 }), TimeDistributed(Linear(5, { weight: 3e38 }))),
    )
    refused([[[1]], [[1]]], greedy, 'generate, prompt[1]: expected an input of shape (1, 4, 6)', translating)
  })
})
