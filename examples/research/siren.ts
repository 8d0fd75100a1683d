import {
  apply,
  compile,
  eager,
  foldIn,
  grad,
  Input,
  init,
  jacobian,
  join,
  type Key,
  key,
  Lambda,
  Linear,
  type Ops,
  uniform,
  uniforms,
  valueAndGrad,
  vmap,
} from '../../src/index.ts'
import '../../src/wasm.ts'
import { learn, type Params, relativeError } from './learning.ts'

// An image as a function of the place, by a network of sines (Sitzmann et al. 2020, "Implicit neural representations with periodic
// activation functions"). Derivatives of such a network are networks of sines too, so that an image can be learnt from its
// gradient alone: no brightness is ever shown. What comes out is compared with the image, and its Laplacian with that of the image.

/** The first layer goes through so many periods; the others keep the distribution of what they get (section 3.2). */
const frequency = 6
const sines = (units: number, inputs: number, first: boolean) => {
  const bound = first ? 1 / inputs : Math.sqrt(6 / inputs) / frequency
  return [
    Linear(units, { weight: uniform({ minval: -bound, maxval: bound }) }),
    Lambda((ops, x) => ops.sin(ops.multiply(x, ops.constant(frequency)))),
  ] as const
}
const network = join(
  Input(2),
  ...sines(32, 2, true),
  ...sines(32, 32, false),
  Linear(1, { weight: uniform({ minval: -0.07, maxval: 0.07 }) }),
)

/** The brightness at a place [2], from -1 to 1 each way. */
const brightness = <T>(ops: Ops<T>, at: T, params: Params<T>): T => {
  const { output } = apply(network, { params, state: {} }, ops.expandDims(at, 0), { ops })
  return ops.reshape(output as T, [])
}
const gradient = grad(brightness)
/** The trace of the second derivatives. */
const laplacian = <T>(ops: Ops<T>, at: T, params: Params<T>): T => {
  const second = jacobian(gradient)(ops, at, params)
  return ops.einsum('ii->', second)
}

/** The image: waves and a spot, whose derivatives are known. */
const image = ([x = 0, y = 0]: readonly number[]) => {
  const spot = Math.exp(-6 * ((x - 0.3) ** 2 + (y + 0.2) ** 2))
  const [sx, cx, sy, cy] = [Math.sin(3 * x), Math.cos(3 * x), Math.sin(4 * y), Math.cos(4 * y)]
  const [u, v] = [-12 * (x - 0.3), -12 * (y + 0.2)]
  return {
    brightness: 0.5 * sx * cy + spot,
    gradient: [1.5 * cx * cy + u * spot, -2 * sx * sy + v * spot] as const,
    laplacian: -12.5 * sx * cy + (u * u + v * v - 24) * spot,
  }
}

interface Shown<T> {
  readonly at: T
  readonly slopes: T
}
const loss = <T>(ops: Ops<T>, params: Params<T>, { at, slopes }: Shown<T>): T => {
  const found = vmap(gradient, [0, null])(ops, at, params)
  return ops.mean(ops.square(ops.subtract(found, slopes)))
}

const places = (key: Key, count: number): readonly (readonly number[])[] => {
  const draws = uniforms(key, 2 * count).map(draw => 2 * draw - 1)
  return Array.from({ length: count }, (_, i) => [...draws.subarray(2 * i, 2 * i + 2)])
}

const shown = (key: Key) => {
  const at = places(key, 256)
  return { at, slopes: at.map(place => [...image(place).gradient]) }
}
const step = compile(valueAndGrad(loss), { backend: 'wasm' })
const params = await learn(step, init(network, key(1)).params, update => shown(foldIn(key(2), update)), {
  updates: 400,
  rate: 0.005,
})

const unseen = places(key(3), 1000)
const read = (f: typeof brightness): readonly number[] => [...eager(vmap(f, [0, null]))(unseen, params).dataSync()]
/** A gradient does not tell how bright the whole is. */
const centred = (numbers: readonly number[]): readonly number[] => {
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  return numbers.map(number => number - mean)
}
const exact = unseen.map(image)
const ofImage = relativeError(centred(read(brightness)), centred(exact.map(own => own.brightness)))
const ofLaplacian = relativeError(
  read(laplacian),
  exact.map(own => own.laplacian),
)
console.log(`\nerror of the image: ${ofImage.toFixed(4)}`)
console.log(`error of its Laplacian: ${ofLaplacian.toFixed(4)}`)
