import { expect } from 'chai'
import { isList, isRecord } from '../../src/base/trees.ts'
import { Input, join, mse, Relu, toJson, trainStep, ZeroPadding } from '../../src/index.ts'

// Lists that users give: what cannot be read to its end is none.

const sparse = new Array(2 ** 32 - 1)

describe('Lists', () => {
  it('are arrays, also with a few holes', () => {
    expect([[], [1], new Array(3), new Array(2000).fill(0)].map(isList)).to.deep.equal([true, true, true, true])
    expect([{ length: 1 }, 'a', null, new Float32Array(2)].map(isList)).to.deep.equal([false, false, false, false])
  })

  it('are not what cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    expect(isList(proxy)).to.equal(false)
    expect([isList(sparse), isRecord(sparse)]).to.deep.equal([false, false])
  })

  it('are refused at once where they are billions of holes', () => {
    const network = join(Input(2), Relu(1))
    expect(() => trainStep(network, { metrics: sparse } as never)).to.throw('trainStep, metrics: expected')
    expect(() => toJson(sparse)).to.throw('toJson, value: expected')
    expect(() => ZeroPadding([undefined, 1] as never)).to.throw('ZeroPadding, margins: expected')
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    expect(() => ZeroPadding([, 1] as never)).to.throw('ZeroPadding, margins: expected')
  })
})

describe('Losses of numbers', () => {
  it('are those of one example', () => {
    expect(mse(0.5 as never, 0 as never).dataSync()[0]).to.equal(0.25)
  })
})
