# Writes npy.json: arrays as NumPy saves them, in base64, and their values.
import base64, io, json, pathlib
import numpy as np

def saved(write):
    file = io.BytesIO()
    write(file)
    return base64.b64encode(file.getvalue()).decode()

def case(array):
    return {
        'dtype': array.dtype.str,
        'fortran': bool(np.isfortran(array)),
        'shape': list(array.shape),
        'values': [float(value) for value in array.ravel(order='C')],
        'file': saved(lambda file: np.save(file, array)),
    }

base = np.array([[[0, 1, 2], [3, 4, 5]], [[6, 7, 100], [9, 10, 11]]])
kinds = ['?', 'i1', 'u1', '<i2', '>i2', '<u2', '>u2', '<i4', '>i4', '<u4', '>u4', '<i8', '>i8', '<u8', '>u8',
         '<f2', '>f2', '<f4', '>f4', '<f8', '>f8']
cases = [case(base.astype(kind)) for kind in kinds]
cases += [case(np.asfortranarray(base.astype(kind))) for kind in ['<f4', '>f8', 'u1']]
cases += [case(np.array([1.5, -2.25, 65504, 6e-8, 0], dtype='<f2')), case(-base.astype('<i8')), case(np.array([-1, 2], dtype='i1'))]
cases += [case(np.zeros((3, 0), dtype='<f4'))]

x, y = np.arange(12, dtype='<f4').reshape(4, 3), np.array([0, 1, 2, 0])
files = {
    'plain': saved(lambda file: np.savez(file, x=x, y=y)),
    'packed': saved(lambda file: np.savez_compressed(file, x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])),
    'version2': saved(lambda file: np.lib.format.write_array(file, x, version=(2, 0))),
    'complex': saved(lambda file: np.save(file, x.astype('c8'))),
    'texts': saved(lambda file: np.save(file, np.array(['a', 'b']))),
    'records': saved(lambda file: np.save(file, np.zeros(2, dtype=[('a', '<f4')]))),
    'objects': saved(lambda file: np.save(file, np.array([{}, None]), allow_pickle=True)),
    'large': saved(lambda file: np.save(file, np.array([2**53 + 1]))),
    'scalar': saved(lambda file: np.save(file, np.float32(3))),
}
pathlib.Path(__file__).with_suffix('.json').write_text(json.dumps({'cases': cases, 'files': files}, indent=1) + '\n')
