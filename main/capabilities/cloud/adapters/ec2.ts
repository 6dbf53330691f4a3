import { z } from 'zod'
import { given } from '../../../kernel/given'
import { succeed, type Outcome } from '../../../kernel/outcome'
import type { InstanceFacts, VolumeFacts } from '../domain/facts'
import type { CloudAccount, CloudPorts } from '../ports'
import { abortable, asked, paged, refusedAs } from './ask'

const Tags = z
  .array(z.object({ Key: z.string(), Value: z.string().default('') }))
  .nullish()
  .transform((tags) => Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value])))
const Instances = z.object({
  NextToken: z.string().nullish(),
  Reservations: z.array(
    z.object({
      Instances: z
        .array(
          z.object({
            InstanceId: z.string(),
            InstanceType: z.string(),
            State: z.object({ Name: z.string() }),
            LaunchTime: z.date(),
            InstanceLifecycle: z.string().optional(),
            Placement: z.object({ AvailabilityZone: z.string().default('') }).prefault({}),
            Tags,
            PrivateDnsName: z.string().optional(),
            BlockDeviceMappings: z
              .array(z.object({ Ebs: z.object({ VolumeId: z.string().optional() }).optional() }))
              .nullish(),
          }),
        )
        .default([]),
    }),
  ),
})
const Volumes = z.object({
  NextToken: z.string().nullish(),
  Volumes: z.array(
    z.object({
      VolumeId: z.string(),
      Size: z.number().default(0),
      AvailabilityZone: z.string().default(''),
      CreateTime: z.date(),
      Tags,
    }),
  ),
})

type Ports = Pick<CloudPorts, 'clients' | 'clock'>
const sdk = () => import('@aws-sdk/client-ec2')

/** The machines and volumes of one account in one region. */
export function machines(ports: Ports, account: CloudAccount) {
  const { clock } = ports
  const ec2 = () => ports.clients(account).ec2()
  const at = { account, clock, service: 'EC2' }
  return {
    async instances(signal?: AbortSignal): Promise<Outcome<InstanceFacts[]>> {
      const told = await paged(
        { ...at, action: 'DescribeInstances' },
        (NextToken) =>
          asked({
            ...at,
            action: 'DescribeInstances',
            signal,
            parse: Instances,
            ask: async () =>
              (await ec2()).send(
                new (await sdk()).DescribeInstancesCommand(
                  given({
                    NextToken,
                    Filters: [
                      {
                        Name: 'instance-state-name',
                        Values: ['pending', 'running', 'stopping', 'stopped'],
                      },
                    ],
                  }),
                ),
                abortable(signal),
              ),
          }),
        ({ NextToken }) => NextToken,
      )
      return told.ok
        ? succeed(
            told.value
              .flatMap(({ Reservations }) =>
                Reservations.flatMap((reservation) => reservation.Instances),
              )
              .map(instanceFacts),
          )
        : told
    },
    /** Volumes that no machine has. */
    async looseVolumes(signal?: AbortSignal): Promise<Outcome<VolumeFacts[]>> {
      const told = await paged(
        { ...at, action: 'DescribeVolumes' },
        (NextToken) =>
          asked({
            ...at,
            action: 'DescribeVolumes',
            signal,
            parse: Volumes,
            ask: async () =>
              (await ec2()).send(
                new (await sdk()).DescribeVolumesCommand(
                  given({ NextToken, Filters: [{ Name: 'status', Values: ['available'] }] }),
                ),
                abortable(signal),
              ),
          }),
        ({ NextToken }) => NextToken,
      )
      return told.ok
        ? succeed(
            told.value
              .flatMap((page) => page.Volumes)
              .map(({ VolumeId, Size, AvailabilityZone, CreateTime, Tags: tags }) => ({
                id: VolumeId,
                gi: Size,
                zone: AvailabilityZone,
                createdAt: CreateTime.getTime(),
                tags,
              })),
          )
        : told
    },
    terminate: (id: string, signal?: AbortSignal) =>
      forgiving(
        asked({
          ...at,
          action: 'TerminateInstances',
          signal,
          parse: z.unknown(),
          ask: async () =>
            (await ec2()).send(
              new (await sdk()).TerminateInstancesCommand({ InstanceIds: [id] }),
              abortable(signal),
            ),
        }),
        'InvalidInstanceID.NotFound',
      ),
    deleteVolume: (id: string, signal?: AbortSignal) =>
      forgiving(
        asked({
          ...at,
          action: 'DeleteVolume',
          signal,
          parse: z.unknown(),
          ask: async () =>
            (await ec2()).send(
              new (await sdk()).DeleteVolumeCommand({ VolumeId: id }),
              abortable(signal),
            ),
        }),
        'InvalidVolume.NotFound',
      ),
    /** Lets one machine of a group go, so that the group does not put another in its place. */
    letGo: (id: string, signal?: AbortSignal) =>
      asked({
        ...at,
        service: 'Auto Scaling',
        action: 'TerminateInstanceInAutoScalingGroup',
        signal,
        parse: z.unknown(),
        ask: async () =>
          (await ports.clients(account).autoScaling()).send(
            new (
              await import('@aws-sdk/client-auto-scaling')
            ).TerminateInstanceInAutoScalingGroupCommand({
              InstanceId: id,
              ShouldDecrementDesiredCapacity: true,
            }),
            abortable(signal),
          ),
      }),
  }
}
const instanceFacts = (
  one: z.infer<typeof Instances>['Reservations'][number]['Instances'][number],
): InstanceFacts => ({
  id: one.InstanceId,
  type: one.InstanceType,
  zone: one.Placement.AvailabilityZone,
  state: one.State.Name,
  launchedAt: one.LaunchTime.getTime(),
  spot: one.InstanceLifecycle === 'spot',
  tags: one.Tags,
  node: one.PrivateDnsName || undefined,
  volumes: (one.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []),
})
async function forgiving(asking: Promise<Outcome<unknown>>, gone: string): Promise<Outcome<void>> {
  const outcome = await asking
  return outcome.ok || refusedAs(outcome) === gone ? succeed(undefined) : outcome
}
