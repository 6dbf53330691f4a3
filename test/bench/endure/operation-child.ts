import '../../../main/capabilities/operations/testing/crash-child'
