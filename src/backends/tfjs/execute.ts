import { BackendError, InvalidOption } from '../../base/errors.ts'
import type { Operations } from '../../tfjs/operations.ts'
import { asMemoryFault } from '../backend.ts'
import type { Constants } from './constants.ts'
import type { Device, Info } from './device.ts'
import type { NativeProgram } from './native.ts'

// Instructions in order, which a graph was compiled to.

/** What programs compute on, and with. */
export interface Target {
  readonly device: Device
  readonly operations: Operations<Info>
  readonly native: NativeProgram | undefined
  /** Gets every tensor that an instruction makes; what is not its result is left over. */
  readonly made: Info[]
  readonly keep: Constants
  /** The constants that a program has there. */
  readonly taken: Info[]
}

type Values = (Info | undefined)[]

/** The values that an instruction reads. */
export const operandsAt = (values: Readonly<Values>, from: readonly number[]): readonly Info[] =>
  from.map(i => values[i] as Info)

/** One node: computes its value and gives back the ones that are used here for the last time. */
export interface Instruction {
  readonly at: number
  /** The layer that it comes from. */
  readonly layer: string | undefined
  /** The value of the node; a node of several results puts them in their places. */
  readonly compute: (values: Values) => Info | undefined
  readonly last: readonly number[]
}

/** What a graph does, in places for its values. */
export interface Plan {
  readonly places: number
  readonly inputs: readonly number[]
  /**
   * Outputs; one that is a constant, an input or another output is handed out as one more reference to the same numbers.
   */
  readonly outputs: readonly { readonly at: number; readonly isShared: boolean }[]
  readonly constants: readonly (readonly [place: number, info: Info])[]
  readonly instructions: readonly Instruction[]
  /** Where values are that instructions make. */
  readonly computed: readonly number[]
}

/** The same error, with the layer whose node could not be run. */
const inLayer = (fault: unknown, name: string, layer: string | undefined): unknown => {
  const error = asMemoryFault(fault, name, layer)
  if (error instanceof InvalidOption && layer !== undefined) {
    const { option, expected, got, remedy } = error
    return new InvalidOption({ layer, option, expected, got, remedy })
  }
  if (!(error instanceof BackendError) || error.layer !== undefined || layer === undefined) return error
  const { backend, expected, got, remedy } = error
  return new BackendError({ backend, layer, expected, got, remedy })
}

/** The outputs of a plan, which belong to the caller; the inputs stay. */
export const execute = ({ device, made }: Target, plan: Plan, given: readonly Info[]): readonly Info[] => {
  const values: Values = Array(plan.places)
  for (const [at, info] of plan.constants) values[at] = info
  for (const [k, at] of plan.inputs.entries()) values[at] = given[k] as Info
  let current: string | undefined
  try {
    for (const { at, layer, compute, last } of plan.instructions) {
      current = layer
      const result = compute(values)
      values[at] = result
      for (const info of made) if (info !== result) device.dispose(info)
      made.length = 0
      for (const end of last) {
        device.dispose(values[end] as Info)
        values[end] = undefined
      }
    }
  } catch (error) {
    for (const at of plan.computed) if (values[at] !== undefined) made.push(values[at])
    for (const info of made) device.dispose(info)
    made.length = 0
    throw inLayer(error, device.name, current)
  }
  return plan.outputs.map(({ at, isShared }) => {
    const info = values[at] as Info
    if (isShared) device.backend.incRef(info.dataId)
    return isShared ? { ...info } : info
  })
}

/** A loop: its condition and body as plans of the same inputs, what is carried and then what is captured. */
export interface Repetition {
  readonly condition: Plan
  readonly next: Plan
  readonly limit: number
  /** Where what is carried first and what is captured are. */
  readonly from: readonly number[]
  /** How many tensors are carried. */
  readonly count: number
  /** Where what is carried last goes, as far as it is needed. */
  readonly results: readonly (number | undefined)[]
}

/** Whether a scalar is not 0, which is read at once. */
const isOn = (device: Device, flag: Info): boolean => {
  try {
    return device.view(flag).values[0] !== 0
  } catch (error) {
    throw new BackendError({
      backend: device.name,
      expected: 'a backend that gives numbers out at once, for a loop whose length depends on them',
      got: error instanceof Error ? error.message : String(error),
      remedy: 'Choose another backend, or repeat the operations a fixed number of times.',
    })
  } finally {
    device.dispose(flag)
  }
}

/** A loop of the host's around the instructions of its body. */
export const repeating =
  (target: Target, { condition, next, limit, from, count, results }: Repetition): Instruction['compute'] =>
  values => {
    const { device } = target
    const given = from.map(at => values[at] as Info)
    const captured = given.slice(count)
    let carried: readonly Info[] = given.slice(0, count).map(info => ({ ...info }))
    for (const { dataId } of carried) device.backend.incRef(dataId)
    const release = (): void => carried.forEach(device.dispose)
    try {
      for (let i = 0; i < limit; i++) {
        const [flag] = execute(target, condition, [...carried, ...captured]) as readonly [Info]
        if (!isOn(device, flag)) break
        const after = execute(target, next, [...carried, ...captured])
        release()
        carried = after
      }
    } catch (error) {
      release()
      throw error
    }
    carried.forEach((info, k) => {
      const at = results[k]
      if (at === undefined) device.dispose(info)
      else values[at] = info
    })
    return undefined
  }
