import { expect } from 'chai'
import { chooseBackend } from '../../../src/backends/choose.ts'
import { prepare } from '../../../src/backends/prepare.ts'
import { type GraphNode, trace } from '../../../src/graph.ts'
import { key, normals } from '../../../src/index.ts'
import { type Numbers, reference } from '../reference.ts'

/** The transform of real numbers, term by term. */
const transformed = (x: readonly number[], imaginary: readonly number[]): readonly (readonly [number, number])[] =>
  x.map((_, k) => {
    let [a, b] = [0, 0]
    for (const [j, value] of x.entries()) {
      const angle = (-2 * Math.PI * ((j * k) % x.length)) / x.length
      a += value * Math.cos(angle) - (imaginary[j] as number) * Math.sin(angle)
      b += value * Math.sin(angle) + (imaginary[j] as number) * Math.cos(angle)
    }
    return [a, b]
  })

describe('Fourier transforms', () => {
  // One product, two and three of them, primes by one product and, within two, by convolution.
  for (const n of [64, 67, 128, 1000, 4096, 2 * 1031])
    it(`of ${n} numbers are what their terms add up to, and are undone`, () => {
      const [real, imaginary] = [1, 2].map((seed): Numbers => ({ shape: [n], data: [...normals(key(seed), n)] })) as [
        Numbers,
        Numbers,
      ]
      const found = reference.fft([real, imaginary])
      const size = Math.sqrt(n)
      for (const [k, terms] of transformed(real.data, imaginary.data).entries())
        for (const [i, part] of found.entries()) expect(part.data[k]).to.be.closeTo(terms[i] as number, 2e-6 * size)
      const [back] = reference.ifft(found)
      for (const [i, value] of real.data.entries()) expect(back.data[i]).to.be.closeTo(value, 2e-6)
      const half = reference.irfft(reference.rfft(real), n)
      for (const [i, value] of real.data.entries()) expect(half.data[i]).to.be.closeTo(value, 2e-6)
    }).timeout(300_000)

  for (const name of ['tfjs', 'wasm', 'onnxruntime'] as const)
    it(`are precise with ${name}`, async () => {
      const n = 1000
      const data = normals(key(3), n)
      const backend = await chooseBackend(name)
      const traced = trace((ops, x) => [...ops.rfft(x as GraphNode)], [[n]])
      const program = await backend.compile(prepare(traced).graph)
      const results = await program.run([backend.upload(data, [n])], [0])
      const found = [await backend.download(results[0]), await backend.download(results[1])]
      for (const result of results) backend.release(result)
      program.dispose()
      for (const [k, terms] of transformed([...data], Array(n).fill(0))
        .slice(0, 501)
        .entries())
        for (const [i, part] of found.entries()) expect(part[k]).to.be.closeTo(terms[i] as number, 1e-4)
    })
})
