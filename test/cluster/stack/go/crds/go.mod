module takt/teststack/crds

go 1.24.0

require github.com/kubernetes-csi/external-snapshotter/client/v8 v8.7.0
