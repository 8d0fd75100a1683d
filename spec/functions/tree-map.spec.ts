import { expect } from 'chai'
import { compile, eager, grad, type Ops, treeMap, vmap } from '../../src/index.ts'
import '../../src/onnxruntime.ts'
import '../../src/wasm.ts'

interface Params<T> {
  readonly w: T
  readonly more: readonly [T, { readonly b: T }]
}
const total = <T>(ops: Ops<T>, { w, more: [a, { b }] }: Params<T>): T =>
  ops.add(ops.sum(ops.square(w)), ops.add(ops.sum(a), ops.multiply(b, b)))
/** Parameters after a step along their gradient. */
const stepped = <T>(ops: Ops<T>, params: Params<T>, rate: T): Params<T> =>
  treeMap(ops, (param, slope) => ops.subtract(param, ops.multiply(slope as T, rate)), params, grad(total)(ops, params))
const given = { w: [1, 2], more: [{ data: [3], shape: [1] }, { b: 4 }] } as const
const read = ({ w, more: [a, { b }] }: Params<{ dataSync(): unknown }>): unknown =>
  [w, a, b].map(tensor => [...(tensor.dataSync() as Float32Array)])

describe('treeMap', () => {
  it('changes each tensor by those in its place, on every engine', async () => {
    const expected = [[0, 0], [2.5], [0]]
    expect(read(eager(stepped)(given, 0.5))).to.deep.equal(expected)
    for (const backend of ['tfjs', 'wasm', 'onnxruntime'] as const)
      expect(read(await compile(stepped, { backend })(given, 0.5)), backend).to.deep.equal(expected)
  })

  it('is mapped and differentiated as what it is made of', () => {
    const after = <T>(ops: Ops<T>, rate: T, params: Params<T>): T => total(ops, stepped(ops, params, rate))
    // Σ w² (1 - 2r)² + (3 - r) + b² (1 - 2r)², by r.
    const slopes = eager(vmap(grad(after), [0, null]))([0, 0.5], given)
    expect([...slopes.dataSync()]).to.deep.equal([-4 * 21 - 1, -1])
  })

  it('takes one tree alone, tensors of other shapes, and trees without any', () => {
    const shifted = eager(<T>(ops: Ops<T>, a: readonly T[], b: readonly T[]) =>
      treeMap(ops, (x, y) => (y === undefined ? x : ops.add(x, y)), a, b),
    )
    const sums = shifted([{ data: [1, 2], shape: [2] }], [{ data: [10], shape: [] }])
    expect([...(sums[0]?.dataSync() ?? [])]).to.deep.equal([11, 12])
    expect(shifted([], [])).to.deep.equal([])
    const doubled = eager((ops, x) => treeMap(ops, each => ops.add(each, each), x))
    expect([...doubled([1, 2]).dataSync()]).to.deep.equal([2, 4])
  })

  it('names the path to what does not fit', () => {
    const plus = eager(<T>(ops: Ops<T>, a: object, b: object) =>
      treeMap(ops, (x, y) => ops.add(x, y as T), a, b),
    ) as unknown as (...args: readonly unknown[]) => unknown
    expect(() => plus({ a: { b: 1, c: 2 } }, { a: { b: 1 } })).to.throw(
      'treeMap, other tree.a.c: expected a tensor, as in tree, got none',
    )
    expect(() => plus({ a: 1 }, { a: 1, b: { c: 2 } })).to.throw('treeMap, other tree.b.c: expected the form of tree')
    const numbers = (ops: Ops<unknown>) => treeMap(ops, x => x, { a: 3 })
    expect(() => eager(numbers as never)()).to.throw('treeMap, tree.a: expected tensors of these operations')
    const any = treeMap as unknown as (...args: readonly unknown[]) => unknown
    expect(() => any({}, (x: unknown) => x, {})).to.throw('treeMap, ops: expected operations as the first argument')
    const none = (ops: Ops<unknown>) => any(ops, 3, {})
    expect(() => eager(none as never)()).to.throw('treeMap, f: expected a function')
  })
})
