import { expect } from 'chai'
import fc from 'fast-check'
import {
  accuracy,
  adam,
  digits,
  Embedding,
  evaluate,
  fit,
  Identity,
  Input,
  init,
  isReber,
  join,
  key,
  LSTM,
  Masking,
  noisyDigits,
  parallel,
  Relu,
  reberClassification,
  reberWords,
  Sigmoid,
  Softmax,
} from '../../src/index.ts'
import { thrown } from './thrown.ts'

// Data sets that are drawn, not read: digits, and words of a grammar.

const rowsOf = ({ data, shape }: { readonly data: ArrayLike<number>; readonly shape: readonly number[] }) => {
  const [rows = 0] = shape
  const numbers = Array.from(data)
  const width = numbers.length / rows
  return Array.from({ length: rows }, (_, i) => numbers.slice(i * width, (i + 1) * width))
}

describe('digits', () => {
  const { x, y } = digits()

  it('are ten pictures of 6 x 4 pixels that differ', () => {
    expect(x.shape).to.deep.equal([10, 24])
    expect([...(y.data as Int32Array)]).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const rows = rowsOf(x)
    expect(new Set(rows.map(row => row.join(''))).size).to.equal(10)
    expect(new Set(rows.flat())).to.deep.equal(new Set([0, 1]))
    // A one is a stroke.
    expect(rows[1]?.join('').match(/.{4}/g)).to.deep.equal(['0010', '0110', '0010', '0010', '0010', '0111'])
  })

  it('are another copy each time, so that what one program writes no other reads', () => {
    ;(digits().x.data as Float32Array).fill(7)
    expect(digits().x.data[0]).to.equal(0)
  })
})

describe('noisyDigits', () => {
  const clean = rowsOf(digits().x)
  const differences = (options: Parameters<typeof noisyDigits>[1]) => {
    const { x, y } = noisyDigits(2000, options)
    return rowsOf(x).flatMap((row, i) =>
      row.map((pixel, j) => [clean[(y.data as Int32Array)[i] as number]?.[j] as number, pixel] as const),
    )
  }

  it('change as many pixels as is said: either way, or ink alone', () => {
    const flipped = differences({ noise: 0.2, key: key(1) })
    const share = flipped.filter(([from, to]) => from !== to).length / flipped.length
    expect(share).to.be.closeTo(0.2, 0.01)
    expect(flipped.some(([from, to]) => from === 0 && to === 1)).to.equal(true)
    const removed = differences({ noise: 0.2, mode: 'remove', key: key(1) })
    expect(removed.some(([from, to]) => from === 0 && to === 1)).to.equal(false)
    const ink = removed.filter(([from]) => from === 1)
    expect(ink.filter(([, to]) => to === 0).length / ink.length).to.be.closeTo(0.2, 0.015)
  })

  it('show every digit equally often', () => {
    const counts = new Array<number>(10).fill(0)
    for (const digit of noisyDigits(5000, { key: key(3) }).y.data as Int32Array)
      counts[digit] = (counts[digit] as number) + 1
    for (const count of counts) expect(count).to.be.within(420, 580)
  })

  it('are all clean without noise, and all inverted or empty with nothing but noise', () => {
    const { x, y } = noisyDigits(30, { noise: 0, targets: 'pictures', key: key(2) })
    expect([...x.data]).to.deep.equal([...y.data])
    const inverted = noisyDigits(30, { noise: 1, targets: 'pictures', key: key(2) })
    expect([...inverted.x.data]).to.deep.equal([...inverted.y.data].map(pixel => 1 - pixel))
    const empty = noisyDigits(30, { noise: 1, mode: 'remove', key: key(2) })
    expect(new Set(empty.x.data)).to.deep.equal(new Set([0]))
  })

  it('are the same for the same key, and others for another', () => {
    const drawn = (seed: number) => [...noisyDigits(20, { key: key(seed) }).x.data].join('')
    expect(drawn(1)).to.equal(drawn(1)).and.not.equal(drawn(2))
  })

  it('are learned from, as classes and as pictures', async () => {
    const network = join(Input(24), Relu(32), Softmax(10))
    const train = noisyDigits(500, { noise: 0.05, key: key(1) })
    const loss = 'sparseCategoricalCrossentropy'
    const { variables } = await fit(network, init(network, key(1)), train, {
      ...{ loss, optimizer: adam({ step: 0.01 }), epochs: 10, key: key(2) },
    })
    const { accuracy: right } = await evaluate(network, variables, noisyDigits(200, { noise: 0.05, key: key(9) }), {
      ...{ loss, metrics: [accuracy] },
    })
    expect(right).to.be.above(0.8)
    const autoencoder = join(Input(24), Relu(12), Sigmoid(24))
    const { history } = await fit(
      autoencoder,
      init(autoencoder, key(1)),
      noisyDigits(200, { targets: 'pictures', key: key(1) }),
      { loss: 'mse', optimizer: adam({ step: 0.01 }), epochs: 5 },
    )
    expect(history.loss.at(-1)).to.be.below(history.loss[0] as number)
  })

  it('say what is wrong', async () => {
    const right = 'For example: noisyDigits(100, { noise: 0.1, key: key(1) }).'
    for (const [call, message] of [
      [() => noisyDigits(0, { key: key(1) }), `noisyDigits, count: expected a positive integer, got 0. ${right}`],
      [
        () => noisyDigits(2, { noise: 2, key: key(1) }),
        `noisyDigits, noise: expected a number from 0 to 1, got 2. ${right}`,
      ],
      [
        () => noisyDigits(2, { mode: 'blur' as never, key: key(1) }),
        `noisyDigits, mode: expected 'flip' or 'remove', got 'blur'. ${right}`,
      ],
      [() => noisyDigits(2, {} as never), `noisyDigits, key: expected a key, such as key(1), got undefined. ${right}`],
    ] as const)
      expect(await thrown(call)).to.equal(`InvalidOption: ${message}`)
  })
})

describe('reberWords', () => {
  it('are of the grammar, whatever the key and the lengths', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 60 }),
        (seed, from, more) => {
          const lengths = [from, Math.max(3, from + more)] as const
          const words = reberWords(20, { lengths, key: key(seed) })
          return words.every(word => isReber(word) && word.length >= lengths[0] && word.length <= lengths[1])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are as likely as the walk of the grammar makes them', () => {
    const words = reberWords(20_000, { key: key(5) })
    const share = (word: string) => words.filter(other => other === word).length / words.length
    expect(share('TTS')).to.be.closeTo(1 / 8, 0.01)
    expect(share('VVS')).to.be.closeTo(1 / 8, 0.01)
    expect(share('TPTS')).to.be.closeTo(1 / 16, 0.008)
    expect(share('VVPS')).to.be.closeTo(1 / 16, 0.008)
    expect(share('TTXVS')).to.be.closeTo(1 / 32, 0.006)
    expect(Math.max(...words.map(word => word.length))).to.be.above(20)
  })

  it('are the same for the same key, and others for another', () => {
    const drawn = (seed: number) => reberWords(50, { key: key(seed) }).join()
    expect(drawn(1)).to.equal(drawn(1)).and.not.equal(drawn(2))
  })

  it('say what is wrong', async () => {
    const right = 'For example: reberWords(100, { key: key(1) }).'
    expect(await thrown(() => reberWords(-1, { key: key(1) }))).to.equal(
      `InvalidOption: reberWords, count: expected a positive integer, got -1. ${right}`,
    )
    for (const lengths of [[5, 4], [1, 2], [3, 1001], [3], 7, [0, 9], [3, 4.5]])
      expect(await thrown(() => reberWords(1, { lengths: lengths as never, key: key(1) }))).to.match(
        /^InvalidOption: reberWords, lengths: expected \[least, most\], two integers .* from 3 to 1000, got /,
      )
  })
})

describe('isReber', () => {
  it('knows the words of the grammar from others', () => {
    for (const word of ['TTS', 'VVS', 'TPPTS', 'VXXVPXVS', 'TTXXVPS']) expect(isReber(word), word).to.equal(true)
    for (const word of ['', 'T', 'TT', 'TTSS', 'TTST', 'STT', 'VVX', 'BTTSE', 'tts', 'TT S'])
      expect(isReber(word), word).to.equal(false)
  })

  it('takes letters in an array', () => {
    expect(isReber(['T', 'T', 'S'])).to.equal(true)
    expect(isReber(['T', 'T', 'S', 'S'])).to.equal(false)
    expect(isReber(['TTS'])).to.equal(false)
  })

  it('refuses what is no word', async () => {
    for (const word of [5, null, { length: 3 }, [1, 2]])
      expect(await thrown(() => isReber(word as never))).to.match(
        /^InvalidOption: isReber, word: expected a string, or an array of letters, got .*isReber\('TPTS'\)/,
      )
  })
})

describe('reberClassification', () => {
  it('has as many words that are not of the grammar as is said', () => {
    for (const invalid of [0, 0.1, 0.3, 0.5, 0.9, 1]) {
      const { words, examples } = reberClassification(100, { invalid, key: key(1) })
      expect(words.filter(word => !isReber(word))).to.have.length(100 * invalid)
      expect([...examples.y.data]).to.deep.equal(words.map(word => Number(isReber(word))))
    }
  })

  it('has words of the lengths that are said, of either class alike', () => {
    const { words } = reberClassification(8000, { lengths: [4, 9], key: key(2) })
    const mean = (of: readonly string[]) => of.reduce((sum, word) => sum + word.length, 0) / of.length
    expect(words.every(word => word.length >= 4 && word.length <= 9)).to.equal(true)
    expect(mean(words.filter(isReber))).to.be.closeTo(mean(words.filter(word => !isReber(word))), 0.1)
  })

  it('encodes letters as ids and as one-hot vectors, with zeros behind, and a mask that says so', () => {
    const options = { lengths: [3, 8], key: key(3) } as const
    const { words, examples } = reberClassification(30, options)
    const letters = ['', ...'TVPXS']
    expect(examples.x.shape).to.deep.equal([30, 8])
    expect(rowsOf(examples.x).map(row => row.map(id => letters[id]).join(''))).to.deep.equal(words)
    const hot = reberClassification(30, { ...options, encoding: 'one-hot', mask: true })
    expect(hot.words).to.deep.equal(words)
    const [x, mask] = hot.examples.x
    expect(x.shape).to.deep.equal([30, 8, 5])
    const vectors = rowsOf({ data: x.data, shape: [240] })
    const ids = [...examples.x.data]
    expect(vectors.map(vector => vector.indexOf(1) + 1)).to.deep.equal(ids)
    expect(vectors.map(vector => vector.reduce((a, b) => a + b, 0))).to.deep.equal(ids.map(id => Number(id > 0)))
    expect([...mask.data]).to.deep.equal(ids.map(id => Number(id > 0)))
  })

  it('is learned by an LSTM: from ids with a mask, and from one-hot vectors', async () => {
    const options = { loss: 'binaryCrossentropy', optimizer: adam({ step: 0.02 }), epochs: 12, key: key(2) } as const
    const judge = { loss: 'binaryCrossentropy', metrics: ['binaryAccuracy'] } as const
    const made = (seed: number) => reberClassification(300, { lengths: [3, 8], mask: true, key: key(seed) }).examples
    const network = join(
      parallel([Input(8), Embedding(6, 8)], [Input(8), Identity()]),
      LSTM(16, { mask: true }),
      Sigmoid(1),
    )
    const { variables } = await fit(network, init(network, key(1)), made(1), options)
    expect((await evaluate(network, variables, made(7), judge)).binaryAccuracy).to.be.above(0.85)
    const hot = reberClassification(60, { lengths: [3, 8], encoding: 'one-hot', key: key(1) }).examples
    const masked = join(Input([8, 5]), parallel(Identity(), Masking()), LSTM(8, { mask: true }), Sigmoid(1))
    const { history } = await fit(masked, init(masked, key(1)), hot, { ...options, epochs: 3 })
    expect(history.loss.at(-1)).to.be.below(history.loss[0] as number)
  }).timeout(60_000)

  it('says what is wrong', async () => {
    for (const [given, said] of [
      [{ invalid: 1.5 }, 'invalid: expected a number from 0 to 1, got 1.5.'],
      [{ encoding: 'text' }, "encoding: expected 'ids' or 'one-hot', got 'text'."],
      [{ lenghts: [3, 4] }, 'lenghts: expected an option of invalid, lengths, encoding, mask, key'],
    ] as const)
      expect(await thrown(() => reberClassification(4, { ...given, key: key(1) } as never))).to.include(
        `InvalidOption: reberClassification, ${said}`,
      )
  })
})
