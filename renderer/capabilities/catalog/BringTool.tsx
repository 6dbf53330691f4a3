import { ToolKind } from '../../../preload/contract/records/catalog'
import { usePlan } from '../../client'
import {
  Button,
  ChoiceField,
  NumberField,
  Panel,
  TextField,
  TickField,
  useForm,
} from '../../design'
import { RunPlan } from '../operations'
import { useHome } from '../sites/store'
import { nameFollows, toolForm } from './forms'
import { words } from './words'

const BLANK = { ...toolForm.example, title: '', name: '', image: '' }
const KINDS = ToolKind.options.map((value) => ({ value, says: value }))

/** A tool of one's own: an image pinned by digest and how to know that it runs. Its start is tested before anybody else sees it. */
export function BringTool({ onClose }: { onClose: () => void }) {
  const owner = useHome()?.user ?? ''
  const { reading, ...rest } = nameFollows(useForm(toolForm, BLANK, words.form))
  const form = { ...rest, reading }
  const plan = usePlan(
    reading.ok ? { ...reading.value, spec: { ...reading.value.spec, owner } } : undefined,
    (client, input, options) => client.catalog.planBringTool(input, options),
  )
  const says = words.form
  return (
    <div className="stack" style={{ minHeight: 0 }}>
      <Panel
        title={words.bringTitle}
        actions={
          <Button look="quiet" small onClick={onClose}>
            {says.cancel}
          </Button>
        }
      >
        <div className="mini-form">
          <TextField form={form} name="title" label={says.title} layout="mini" autoFocus />
          <TextField form={form} name="name" label={says.name} layout="mini" mono />
          <TextField form={form} name="version" label={says.version} layout="mini" />
          <TextField
            form={form}
            name="image"
            label={says.image}
            layout="mini"
            mono
            placeholder={says.imageHelp}
          />
          <ChoiceField form={form} name="kind" label={says.kind} layout="mini" options={KINDS} />
          <NumberField form={form} name="port" label={says.port} layout="mini" />
          <TextField form={form} name="probePath" label={says.probePath} layout="mini" mono />
          <NumberField form={form} name="cpuCores" label={says.cpuCores} layout="mini" step={0.5} />
          <NumberField form={form} name="memoryGi" label={says.memoryGi} layout="mini" />
          <TickField form={form} name="severalReplicas" label={says.several} wide />
        </div>
      </Panel>
      <RunPlan grows plan={plan} missing={form.missing} onStarted={onClose} />
    </div>
  )
}
