import type { KernelBackend } from '@tensorflow/tfjs-core'
import { glanceOf, sameBits } from '../../base/lists.ts'
import type { Device, Info } from './device.ts'

// Programs of one network for inputs of several shapes share their constants. Constants are compared by value: passes such
// as the folding of normalizations compute new arrays with equal numbers.

/** Constants on a device. */
export interface Constants {
  /** A tensor of these numbers, perhaps a shared one. */
  readonly take: (values: Float32Array, shape: readonly number[]) => Info
  /** Ends the use of a tensor that was taken. */
  readonly give: (info: Info) => void
}

interface Kept {
  readonly info: Info
  /** The numbers, if they cannot be read on the device. */
  readonly values: Float32Array | undefined
  users: number
}

/** Smaller constants are cheaper to copy than to look up. */
const few = 64

/** A text that equal constants share. */
const textOf = (values: Float32Array, shape: readonly number[]): string => `${shape.join('x')} ${glanceOf(values)}`

const unshared = (device: Device): Constants => ({ take: device.make, give: device.dispose })

/** @param known shared constants by their text */
const shared = (device: Device, known: Map<string, Kept[]>): Constants => {
  const texts = new Map<object, string>()
  return {
    take: (values, shape) => {
      if (values.length < few) return device.make(values, shape)
      const text = textOf(values, shape)
      const same = known.get(text)?.find(kept => sameBits(kept.values ?? device.view(kept.info).values, values))
      const kept = same ?? { info: device.make(values, shape), values: device.isNear ? undefined : values, users: 0 }
      if (same === undefined) known.set(text, [...(known.get(text) ?? []), kept])
      kept.users++
      texts.set(kept.info.dataId, text)
      return kept.info
    },
    give: info => {
      const text = texts.get(info.dataId)
      const kept = text === undefined ? undefined : known.get(text)?.find(one => one.info.dataId === info.dataId)
      if (text === undefined || kept === undefined) return device.dispose(info)
      if (--kept.users > 0) return
      const rest = (known.get(text) ?? []).filter(one => one !== kept)
      if (rest.length > 0) known.set(text, rest)
      else known.delete(text)
      device.dispose(info)
    },
  }
}

/** Constants by family and backend of tfjs. */
const families = new WeakMap<object, WeakMap<KernelBackend, Map<string, Kept[]>>>()

/** The constants of a family's programs; without a family, nothing is shared. */
export const constantsOn = (device: Device, family: object | undefined): Constants => {
  if (family === undefined) return unshared(device)
  const byBackend = families.get(family) ?? new WeakMap<KernelBackend, Map<string, Kept[]>>()
  families.set(family, byBackend)
  const known = byBackend.get(device.backend) ?? new Map<string, Kept[]>()
  byBackend.set(device.backend, known)
  return shared(device, known)
}
