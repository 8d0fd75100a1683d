import type { BackendOption } from '../backends/choose.ts'
import { compile } from '../functions/compile.ts'
import { eager } from '../functions/eager.ts'
import type { Handle, OpsFunction } from '../functions/function.ts'
import type { Computed, GivenArguments } from '../functions/given.ts'

/**
 * Some work with a function of the operations that runs on tensors: eagerly, or as a program that is freed after the work.
 *
 * @param backend what computes; `null` for eagerly
 */
export const running = async <A extends readonly unknown[], R, W>(
  f: OpsFunction<Handle, A, R>,
  backend: BackendOption | null,
  work: (run: (...args: GivenArguments<A>) => Promise<Computed<R>>) => Promise<W>,
): Promise<W> => {
  if (backend === null) {
    const run = eager(f)
    return work(async (...args) => run(...args))
  }
  const compiled = compile(f, { backend })
  try {
    return await work(compiled)
  } finally {
    await compiled.dispose()
  }
}
