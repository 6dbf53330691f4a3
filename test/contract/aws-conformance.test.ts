import { afterAll, beforeAll } from 'vitest'
import { aPlantWithAws } from '../support/plant-aws'
import { awsConformance, type AwsTarget } from './aws-conformance/suite'
import { subnetOf } from '../../main/plant/aws/groups'

let target: AwsTarget | undefined
let stop: () => Promise<void> = () => Promise.resolve()
beforeAll(async () => {
  const { plant, aws, config } = await aPlantWithAws()
  target = {
    name: 'plant',
    config,
    cluster: aws.cluster,
    subnet: subnetOf('eu-north-1a'),
    role: `arn:aws:iam::${aws.accountId}:role/nodes`,
    instanceType: 'g5.xlarge',
    zone: 'eu-north-1a',
  }
  stop = () => plant.close()
})
afterAll(() => stop())

awsConformance(() => {
  if (!target) throw new Error('the plant does not listen yet')
  return target
})
