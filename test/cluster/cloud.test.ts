import { CreateClusterCommand, EKSClient } from '@aws-sdk/client-eks'
import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe } from 'vitest'
import { awsConformance, type AwsTarget } from '../contract/aws-conformance/suite'
import { lacking } from './stack/found'
import { startAws, type Aws } from './stack/moto'

const lacks = lacking('moto')

describe.skipIf(lacks !== undefined)(
  `moto answers as the simulated account does${lacks ? ` (${lacks})` : ''}`,
  () => {
    let aws: Aws
    let target: AwsTarget | undefined
    beforeAll(async () => {
      aws = await startAws()
      const config = {
        endpoint: aws.endpoint,
        region: aws.region,
        credentials: { accessKeyId: 'AKIATESTTESTTESTTEST', secretAccessKey: 'secret-of-the-test' },
        maxAttempts: 2,
      }
      // A fresh account has the usual network already.
      const { Subnets = [] } = await new EC2Client(config).send(new DescribeSubnetsCommand({}))
      const [subnet] = Subnets
      await new EKSClient(config).send(
        new CreateClusterCommand({
          name: 'conformance',
          roleArn: 'arn:aws:iam::123456789012:role/eks',
          resourcesVpcConfig: { subnetIds: [subnet?.SubnetId ?? ''] },
        }),
      )
      target = {
        name: 'moto',
        config,
        cluster: 'conformance',
        subnet: subnet?.SubnetId ?? '',
        zone: subnet?.AvailabilityZone ?? '',
        role: 'arn:aws:iam::123456789012:role/nodes',
        instanceType: 'g5.xlarge',
      }
    })
    afterAll(() => aws?.stop())
    awsConformance(() => {
      if (!target) throw new Error('moto does not listen yet')
      return target
    })
  },
)
