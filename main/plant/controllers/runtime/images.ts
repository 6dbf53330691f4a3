import type { Pod } from '../objects'
import { repositoryOf } from '../kubelet/images'

/** What kind of program an image holds, told from its name; people's own images are plain servers. */
export type Program = 'jupyter' | 'vscode' | 'rstudio' | 'mlflow' | 'python' | 'training' | 'server'

export function programOf(pod: Pod): Program {
  const name = repositoryOf(pod.spec.containers[0]?.image ?? '')
  if (/jupyter|scipy|datascience|rapids|marimo/.test(name))
    return isBatch(pod) ? 'training' : 'jupyter'
  if (/code-server|vscode|codeserver/.test(name)) return 'vscode'
  if (/rstudio|rocker/.test(name)) return 'rstudio'
  if (/mlflow/.test(name)) return 'mlflow'
  if (isBatch(pod)) return 'training'
  return /python|ssh/.test(name) ? 'python' : 'server'
}
const isBatch = (pod: Pod) =>
  pod.spec.restartPolicy === 'Never' || pod.spec.restartPolicy === 'OnFailure'

const PYTHON = [
  'asttokens==3.0.0',
  'certifi==2026.9.1',
  'charset-normalizer==3.5.0',
  'idna==3.11',
  'joblib==1.5.2',
  'matplotlib==3.11.2',
  'numpy==2.4.1',
  'packaging==26.0',
  'pandas==3.0.2',
  'pillow==12.1.0',
  'pip==26.1',
  'pyarrow==24.0.0',
  'python-dateutil==2.9.0.post0',
  'pytz==2026.1',
  'PyYAML==6.0.3',
  'requests==2.33.1',
  'scikit-learn==1.9.0',
  'scipy==1.17.0',
  'setuptools==81.0.0',
  'six==1.17.0',
  'tqdm==4.68.0',
  'urllib3==2.6.1',
]
const JUPYTER = [
  'ipykernel==7.2.0',
  'ipython==9.8.0',
  'jupyter_client==8.8.0',
  'jupyter_core==5.10.0',
  'jupyter_server==2.18.0',
  'jupyterlab==4.6.1',
  'nbformat==5.11.0',
  'tornado==6.6',
  'traitlets==5.15.0',
]
const TORCH = [
  'nvidia-cuda-runtime-cu13==13.0.96',
  'torch==2.11.0',
  'torchvision==0.26.0',
  'transformers==5.4.0',
  'triton==3.6.0',
]

/** The packages of a pod's image, as pip freezes them. */
export function packagesOf(pod: Pod, gpus: number): string[] {
  const program = programOf(pod)
  if (program === 'rstudio' || program === 'vscode') return PYTHON.slice(0, 8)
  const packages = [
    ...PYTHON,
    ...(program === 'jupyter' ? JUPYTER : []),
    ...(program === 'mlflow' ? ['mlflow==3.6.0'] : []),
    ...(gpus > 0 ? TORCH : []),
  ]
  return packages.sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase()))
}
