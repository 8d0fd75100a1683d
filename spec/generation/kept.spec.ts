import * as tf from '@tensorflow/tfjs-core'
import { expect } from 'chai'
import { mapTree, type VariableTree } from '../../src/base/trees.ts'
import type { AnyLayer } from '../../src/core/layer.ts'
import {
  type Backend,
  chooseBackend,
  type GenerateOptions,
  generate,
  gpt,
  init,
  key,
  type Variables,
} from '../../src/index.ts'
import { settled } from '../settled.ts'

// Calls that generate with the same network and variables share their programs. Nothing but the clock tells.

const network = gpt({ vocabulary: 7, length: 64, width: 8, heads: 2, layers: 1 }) as AnyLayer
const variablesFor = (seed: number): Variables => init(network as never, key(seed)) as never
const prompt = [[3, 1, 4]]

/** A backend that counts the programs it has made and those that are in use. */
const counting = async (name: 'tfjs' | 'wasm' | 'onnxruntime') => {
  const inner = (await chooseBackend(name)) as Backend<unknown>
  const count = { made: 0, live: 0 }
  const backend: Backend<unknown> = {
    ...inner,
    compile: async (...args) => {
      const program = await inner.compile(...args)
      count.made += 1
      count.live += 1
      return {
        ...program,
        dispose: () => {
          count.live -= 1
          program.dispose()
        },
      }
    },
  }
  return { backend, count }
}

const tokens = async (
  variables: Variables,
  options: Partial<GenerateOptions> = {},
  given: readonly (readonly number[])[] = prompt,
): Promise<number[]> => {
  const all = { length: 12, temperature: 0.1, key: key(5), ...options } as GenerateOptions
  return Array.from((await generate(network, variables as never, given as never, all)).dataSync())
}

/** The tokens of variables that no call has seen: a copy of them. */
const anew = (variables: Variables, options: Partial<GenerateOptions> = {}): Promise<number[]> => {
  const copied = (tree: unknown) =>
    mapTree(tree as VariableTree<tf.Tensor>, x => tf.tensor(x.dataSync().slice(), x.shape))
  return tokens({ params: copied(variables.params), state: copied(variables.state) } as never, options)
}

describe('Programs that generate', () => {
  for (const name of ['tfjs', 'wasm', 'onnxruntime'] as const)
    describe(`on ${name}`, () => {
      it('are compiled once for a network with its variables, and for prompts and lengths that are alike', async () => {
        const { backend, count } = await counting(name)
        const variables = variablesFor(1)
        const first = await tokens(variables, { backend })
        expect(count.made).to.equal(2)
        expect(await tokens(variables, { backend })).to.deep.equal(first)
        expect(count.made).to.equal(2)
        expect((await tokens(variables, { backend, length: 13 })).slice(0, 12)).to.deep.equal(first)
        expect(count.made).to.equal(2)
        // Another prompt is read by another program.
        await tokens(variables, { backend }, [[3, 1]])
        expect(count.made).to.equal(3)
      })

      it('are of the variables that are given', async () => {
        const { backend } = await counting(name)
        const [one, other] = [variablesFor(2), variablesFor(3)]
        const expected = [await anew(one, { backend }), await anew(other, { backend })]
        expect(expected[0]).not.to.deep.equal(expected[1])
        for (const [i, variables] of [one, other, one].entries())
          expect(await tokens(variables, { backend })).to.deep.equal(expected[i % 2])
      })

      it('serve several calls at the same time', async () => {
        const { backend, count } = await counting(name)
        const variables = variablesFor(4)
        const keys = [1, 2, 3].map(seed => ({ backend, key: key(seed) }))
        const together = await Promise.all(keys.map(options => tokens(variables, options)))
        expect(count.made).to.equal(2)
        for (const [i, options] of keys.entries()) expect(await tokens(variables, options)).to.deep.equal(together[i])
      })
    })

  it('are those of the two networks or variables that were used last', async () => {
    const { backend, count } = await counting('tfjs')
    const all = [1, 2, 3].map(variablesFor)
    const results: number[][] = []
    for (const variables of all) results.push(await tokens(variables, { backend }))
    await settled()
    expect(count).to.deep.equal({ made: 6, live: 4 })
    // The eldest are compiled again, and are then those used last.
    for (const [i, variables] of all.entries()) expect(await tokens(variables, { backend })).to.deep.equal(results[i])
    await settled()
    expect(count.live).to.equal(4)
  })

  it('stay until the calls that use them have ended', async () => {
    const { backend } = await counting('tfjs')
    const variables = variablesFor(6)
    const expected = await anew(variables, { backend })
    const onToken = async (_: unknown, index: number) => {
      if (index === 5) for (const seed of [7, 8, 9]) await tokens(variablesFor(seed), { backend, length: 2 })
    }
    expect(await tokens(variables, { backend, onToken })).to.deep.equal(expected)
  })

  it('are freed with the variables', async () => {
    const { backend, count } = await counting('tfjs')
    const before = await settled()
    await (async () => {
      await tokens(variablesFor(10), { backend })
    })()
    expect(count.live).to.equal(2)
    for (let i = 0; i < 20 && count.live > 0; i++) await settled()
    expect(count.live).to.equal(0)
    expect(await settled()).to.equal(before)
  })

  it('are made anew if numbers have changed where they are', async () => {
    const { backend, count } = await counting('tfjs')
    const given = variablesFor(11)
    const arrays: Float32Array[] = []
    // On the backend of plain JavaScript, a tensor holds the array that it was made of.
    const shared = (tree: unknown) =>
      mapTree(tree as VariableTree<tf.Tensor>, x => {
        const numbers = x.dataSync().slice() as Float32Array
        arrays.push(numbers)
        return tf.tensor(numbers, x.shape)
      })
    const variables = { params: shared(given.params), state: shared(given.state) } as unknown as Variables
    const first = await tokens(variables, { backend })
    for (const numbers of arrays) for (const [i, value] of numbers.entries()) numbers[i] = 1.5 * value + Math.sin(i)
    const after = await tokens(variables, { backend })
    expect(after).to.deep.equal(await anew(variables, { backend }))
    expect(after).not.to.deep.equal(first)
    await settled()
    expect(count.live).to.be.at.most(4)
  })

  it('are made anew for variables of tfjs that were assigned', async () => {
    const assigned = (tree: unknown) => mapTree(tree as VariableTree<tf.Tensor>, x => tf.variable(x))
    const [one, other] = [variablesFor(12), variablesFor(13)]
    const variables = { params: assigned(one.params), state: assigned(one.state) } as unknown as Variables
    expect(await tokens(variables)).to.deep.equal(await tokens(one))
    mapTree(variables.params as VariableTree<tf.Tensor>, (x, layer, name) =>
      (x as tf.Variable).assign((other.params as unknown as VariableTree<tf.Tensor>)[layer]?.[name] as never),
    )
    expect(await tokens(variables)).to.deep.equal(await tokens(other))
    mapTree(variables.params as VariableTree<tf.Tensor>, x => x.dispose())
  })

  it('do not hide that variables have been disposed', async () => {
    const variables = variablesFor(14)
    await tokens(variables)
    mapTree(variables.params as unknown as VariableTree<tf.Tensor>, x => x.dispose())
    const error = await tokens(variables).catch((reason: unknown) => reason)
    expect((error as Error).name).to.equal('WeightInitializationError')
  })

  it('follow the backend of tfjs in use', async () => {
    const variables = variablesFor(15)
    await chooseBackend('wasm')
    const before = tf.getBackend()
    const first = await tokens(variables)
    await tf.setBackend('wasm')
    try {
      expect(await tokens(variables)).to.deep.equal(first)
    } finally {
      await tf.setBackend(before)
    }
    expect(await tokens(variables)).to.deep.equal(first)
  })
})
