import type { Case } from '../../data.ts'
import type { Engine } from '../../engine.ts'
import { type Arr, arr, isTensor } from '../array.ts'
import { toleranceOf } from '../close.ts'
import { optionsOf } from '../options.ts'
import { checkPlan, type Slopes } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { activations } from './activations.ts'
import type { Mapped, Mapping } from './given.ts'
import { layers } from './layers.ts'
import { windows } from './windows.ts'

// Cases of PyTorch modules: outputs, gradients of the inputs and of all parameters, and buffers after the step.

interface ModuleCase extends Case {
  readonly module: string
  readonly options: object
  readonly training: boolean
  readonly state: Readonly<Record<string, unknown>>
  readonly state_after?: Readonly<Record<string, unknown>>
  readonly inputs: readonly unknown[]
  readonly expected: readonly unknown[]
  readonly cotangent?: unknown
  readonly input_gradients?: readonly unknown[]
  readonly parameter_gradients?: Readonly<Record<string, unknown>>
}

const mappings: Readonly<Record<string, Mapping>> = { ...layers, ...windows }

/** A module's mapping: by its name, or without the number of its axes. */
const mappingOf = (module: string): readonly [Mapping, axes: number] => {
  const own = activations[module]
  if (own) return [own, 0]
  const [, name = module, axes = '0'] = /^(.*?)(?:([123])d)?$/.exec(module) ?? []
  return [mappings[name] ?? cannot(`PyTorch ${module}`), Number(axes)]
}

const arrays = (written: Readonly<Record<string, unknown>>): Readonly<Record<string, Arr>> =>
  Object.fromEntries(Object.entries(written).flatMap(([name, value]) => (isTensor(value) ? [[name, arr(value)]] : [])))

/** PyTorch's gradients are of 32-bit floats themselves. */
const slopeTolerance = { atol: 2e-4, rtol: 1e-3 }

const slopesOf = (one: ModuleCase, { gradients = {} }: Mapped): Slopes | undefined => {
  if (!isTensor(one.cotangent)) return undefined
  const parameters = one.parameter_gradients ?? {}
  const compared = new Set(Object.values(gradients).map(([name]) => name))
  for (const name of Object.keys(parameters)) if (!compared.has(name)) cannot(`the gradient of ${one.module}.${name}`)
  return {
    cotangent: arr(one.cotangent),
    inputs: (one.input_gradients ?? []).map(gradient => (isTensor(gradient) ? arr(gradient) : null)),
    variables: {
      layer: Object.fromEntries(
        Object.entries(gradients).flatMap(([variable, [name, turn]]) =>
          isTensor(parameters[name]) ? [[variable, turn(arr(parameters[name]))]] : [],
        ),
      ),
    },
    tolerance: slopeTolerance,
  }
}

/** A case of a PyTorch module. */
export const checkModule = async (one: Case, engine: Engine): Promise<void> => {
  const fields = one as ModuleCase
  const { module } = fields
  const [mapping, axes] = mappingOf(module)
  if (fields.inputs.length > 1) cannot(`several inputs of ${module}`)
  const [first] = fields.inputs
  const input = isTensor(first) ? arr(first) : cannot(`${module} of other than a tensor`)
  if (/complex/.test(input.dtype ?? '')) cannot('complex numbers')
  if (fields.expected.length > 1) cannot(`several outputs of ${module}`)
  const options = optionsOf(module, fields.options)
  const after = arrays(fields.state_after ?? {})
  const mapped = mapping({
    kind: module,
    axes,
    options,
    state: arrays(fields.state),
    after,
    isTraining: fields.training,
    input,
  })
  options.done()
  const slopes = slopesOf(fields, mapped)
  const buffers = Object.entries(mapped.buffers ?? {}).map(
    ([variable, name]) => [variable, after[name] as Arr] as const,
  )
  await checkPlan(
    {
      inputs: [mapped.input ?? input],
      layers: mapped.layers,
      values: mapped.values ?? {},
      training: mapped.isTraining ?? false,
      ...(mapped.view ? { view: mapped.view } : {}),
    },
    {
      output: arr(fields.expected[0]),
      tolerance: toleranceOf(one),
      ...(slopes ? { slopes } : {}),
      ...(buffers.length > 0 ? { state: { layer: Object.fromEntries(buffers) } } : {}),
    },
    engine,
  )
}
