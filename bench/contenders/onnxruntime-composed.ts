import { composedOf } from './operations.ts'
import { serve } from './protocol.ts'

// ONNX Runtime on operations as they are composed, without operators of its own for them.

await serve(await composedOf(process.argv[2] as string))
