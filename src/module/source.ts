import { binaries } from './binaries.ts'
import { type Address, type Argument, type Call, type Kernel, kernels, type Table, type Value } from './calls.ts'
import { type Linear, type Sized, scaled } from './linear.ts'
import { memoryOf } from './memory.ts'
import { beside, inside, runtime } from './runtime.ts'
import { base64, commented, float, lines, list, quoted, size } from './text.ts'
import type { Traced, Weight } from './trace.ts'

// The text of a module: what the network is, what it computes, what is the same for every network, and the bytes.

/** What a module says of its network. */
export interface Described {
  readonly title: string
  /** Its text in the notation, if it has one. */
  readonly notation: string | undefined
  /** Names and shapes; `null` is the batch. */
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}
export interface Port {
  readonly name: string
  readonly shape: readonly (number | null)[]
}

const bytesOf = (elements: Linear): string => size(scaled(elements, 4))
const isAddress = (argument: Sized<Argument>): argument is Sized<Address> => 'of' in argument
const isTable = (argument: Sized<Argument>): argument is Sized<Table> => 'axes' in argument
const isZero = ({ slope, offset }: Linear): boolean => slope === 0 && offset === 0

const table = ({ axes, from }: Sized<Table>): string =>
  list([size(from), ...axes.map(axis => list([size(axis.size), size(axis.step)]))])

/** Tables, each once. */
const tablesIn = () => {
  const all: string[] = []
  return {
    all,
    placeOf: (given: Sized<Table>): string => {
      const text = table(given)
      const before = all.indexOf(text)
      return `t[${before >= 0 ? before : all.push(text) - 1}]`
    },
  }
}

/** Where values lie. */
type Places = (value: Value) => string

const address = (places: Places, { of, plus }: Sized<Address>): string =>
  isZero(plus) ? places(of) : `${places(of)} + ${bytesOf(plus)}`

const letters = ['x', 'y', 'z', 'u'] as const

/** A call, of one kernel at one place or at several. */
const callText = (
  { kernel, given, sizes, looksUp }: Sized<Call>,
  layer: string | null,
  places: Places,
  placeOf: (given: Sized<Table>) => string,
): string => {
  const moving: Sized<Address>[] = []
  const argument = (one: Sized<Argument>): string => {
    if (isTable(one)) return placeOf(one)
    if (!isAddress(one)) return size(one)
    const text = address(places, one)
    if (sizes.length === 0 || one.steps.every(isZero)) return text
    return `${text} + ${letters[moving.push(one) - 1]}`
  }
  const text = `${kernel}(${given.map(argument).join(', ')})`
  if (looksUp) {
    const { rows, indices } = looksUp
    return `found(state, ${text}, ${address(places, indices)}, ${size(rows)}, ${quoted(layer ?? 'gather')})`
  }
  if (sizes.length === 0) return text
  const steps = moving.map(one => list(one.steps.map(bytesOf)))
  const names = letters.slice(0, moving.length).join(', ')
  return `each(${list(sizes.map(size))}, ${list(steps)}, (${names}) => ${text})`
}

/** A function that calls kernels. */
const procedure = (name: string, needed: string, calls: readonly string[], used: ReadonlySet<Kernel>): string => {
  if (calls.length === 0) return `const ${name} = () => {}`
  const own = `{ ${[...used].toSorted().join(', ')} }`
  return `const ${name} = (${own}, state) => {\n  const { ${needed} } = state\n${calls.join('\n')}\n}`
}

const port = ({ name, shape }: Port): string => `{ name: ${quoted(name)}, shape: ${list(shape.map(String))} }`

/** A module's text but for the weights, which it takes in this order. */
export interface Written {
  readonly text: string
  readonly weights: readonly Weight[]
}

/** The text of a module without its weights. */
export const written = (described: Described, { program, weights, numbers }: Traced): Written => {
  const { values, inputs, outputs, packings, steps } = program
  const { buffers, ofValues, ofRooms } = memoryOf(program)
  const calls = steps.flatMap(step => step.calls)
  const read = JSON.stringify([calls, outputs])
  // Weights that are read beside their packing come first.
  const isKept = (value: number): boolean => read.includes(JSON.stringify(`value ${value}`))
  const order = [...weights.keys()].toSorted((a, b) => Number(isKept(b)) - Number(isKept(a)) || a - b)
  const constants = [...numbers.keys()]
  const placesFor =
    (rooms: readonly number[] = []): Places =>
    value => {
      const [kind, number = ''] = value.split(' ')
      const at = Number(number)
      if (kind === 'scratch') return 'scratch'
      if (kind === 'packed') return `p[${at}]`
      if (kind === 'room') return `b[${rooms[at]}]`
      const form = values[at]?.form
      if (form === 'weight') return `w[${order.indexOf(at)}]`
      return numbers.has(at) ? `c[${constants.indexOf(at)}]` : `b[${ofValues.get(value)}]`
    }
  const [packTables, tables] = [tablesIn(), tablesIn()]
  const packed = packings.map(packing => `  ${callText(packing.call, null, placesFor(), packTables.placeOf)}`)
  let current: string | null = null
  const run = steps.flatMap((step, i) => {
    const places = placesFor(ofRooms[i])
    const own = step.calls.map(one => `  ${callText(one, step.layer, places, tables.placeOf)}`)
    const head = step.layer !== null && step.layer !== current ? [commented(step.layer, '  ')] : []
    current = step.layer ?? current
    return [...head, ...own]
  })
  const used = new Set(calls.map(({ kernel }) => kernel))
  const files = [...new Set([...used, ...(packings.length > 0 ? (['packAll'] as const) : [])].map(own => kernels[own]))]
    .filter(file => file !== null)
    .toSorted()
  const results = outputs.map(({ value, shape }) => list([placesFor()(value), list(shape.map(size))]))
  const text = `
export const inputs = ${lines(described.inputs.map(port))}
export const outputs = ${lines(described.outputs.map(port))}

// What the network computes for a batch of n. Weights lie in memory at w, packed ones at p, other constants at c, tables of
// offsets at t, and values, which share buffers, at b. Addresses are in bytes; everything else is counted in elements.

const weights = ${lines(order.map(value => weights.get(value) as Weight).map(({ name, shape }) => list([quoted(name), list(shape.map(String))])))}
/** How many of them are read in each run. */
const kept = ${order.filter(isKept).length}

const packed = ${list(packings.map(packing => size(packing.size)))}
const packTables = ${lines(packTables.all)}
${procedure('pack', 'w, p, t', packed, new Set(['packAll']))}

const buffers = n => ${list(buffers.map(size))}
const inputBuffers = ${list(inputs.map(input => String(ofValues.get(input))))}
const tables = n => ${lines(tables.all)}
const results = ({ n, b, c, w }) => ${list(results)}
${procedure('run', 'n, b, c, p, scratch, t, w', run, used)}
${runtime}
// The kernels, WebAssembly in base64: versions for several platforms, of which the last needs 128-bit vectors only.
const binaries = ${lines(files.map(file => list((binaries[file] as readonly string[]).map(quoted))))}

/** Numbers, and several of them as 32-bit floats in base64. */
const constants = ${lines(constants.map(value => constantText(numbers.get(value) as number | Float32Array)))}
`
  return { text, weights: order.map(value => weights.get(value) as Weight) }
}

const constantText = (value: number | Float32Array): string =>
  typeof value === 'number'
    ? float(value)
    : quoted(base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)))

/** A whole module. */
export const moduleText = (described: Described, text: string, form: 'inside' | 'beside', file: string): string => {
  const { title, notation, inputs } = described
  const isInside = form === 'inside'
  const given = inputs.length > 1 ? `[${inputs.map(({ name }) => name).join(', ')}]` : 'input'
  const usage = isInside
    ? `  import { predict } from './network.mjs'\n  const output = predict(${given})`
    : `  import { load } from './network.mjs'\n  const { predict } = await load()\n  const output = predict(${given})`
  const head = `${title}

${notation === undefined ? '' : `${notation.replaceAll(/^/gm, '  ')}\n\n`}A network as a module without dependencies, written by joinery:

${usage}

An input is a typed array in row-major order, or nested arrays, of any batch; an output is a Float32Array with its shape.
The kernels are WebAssembly with 128-bit vectors. A Content-Security-Policy has to allow 'wasm-unsafe-eval'.`
  const ending = isInside
    ? `\n/** The weights: a file in the safetensors format, in base64. */\nconst file = ${quoted(file)}\n${inside}`
    : `\nconst weightsFile = ${quoted(file)}\n${beside}`
  return `${commented(head)}\n${text}${ending}`
}
