#!/usr/bin/env bash
# Builds the real components of the end-to-end suite once, into a cache outside the clone, keyed by their versions.
# Usage: build.sh [COMPONENT…] (default: all). Prints the folder with the binaries.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${AGGREGATED_API_EXPORTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/aggregated-api-exporter}
components=("$@")
[ ${#components[@]} -gt 0 ] || components=(kubernetes etcd metrics-server promtool prometheus victoria-metrics helm4 helm3 kubeconform jsonnet crane amtool krew)

command -v go >/dev/null || { echo "build.sh: go is missing: install Go 1.26 or newer" >&2; exit 1; }

# Of the component, or of the Kubernetes that the suite runs on where it is none: v1.36.3.
kubernetes_version() {
  local folder=$1
  [[ $folder == kube*-* ]] || folder=kubernetes
  sed -n 's/^require k8s.io\/kubernetes \(v[^ ]*\).*/\1/p; s/^\tk8s.io\/kubernetes \(v[^ ]*\).*/\1/p' "$here/$folder/go.mod" | head -n 1
}

packages() {
  case $1 in
    kubernetes) echo k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager k8s.io/sample-apiserver ;;
    # Other versions: of the second kube-apiserver in an upgrade, or of the whole control plane (`npm run e2e:versions`); not built by default.
    kubernetes-1.34 | kubernetes-1.35 | kubernetes-1.37) echo k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kube-controller-manager ;;
    # Clients of those versions.
    kubectl-1.34 | kubectl-1.37) echo k8s.io/kubernetes/cmd/kubectl ;;
    # What operators are built on: an informer, and a controller with its manager.
    go-clients) echo components/go-clients/informer components/go-clients/controller ;;
    stern) echo github.com/stern/stern ;;
    etcd | etcd-3.7) echo go.etcd.io/etcd/server/v3 ;;
    metrics-server | metrics-server-0.8) echo sigs.k8s.io/metrics-server/cmd/metrics-server ;;
    # Other aggregated servers (`npm run e2e:servers`); not built by default.
    custom-metrics-adapter) echo sigs.k8s.io/custom-metrics-apiserver/test-adapter ;;
    keda) echo github.com/kedacore/keda/v2/cmd/adapter components/keda/stand-in ;;
    promtool) echo github.com/prometheus/prometheus/cmd/promtool ;;
    # Engines of rules.
    prometheus) echo github.com/prometheus/prometheus/cmd/prometheus ;;
    victoria-metrics)
      echo github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics github.com/VictoriaMetrics/VictoriaMetrics/app/vmalert
      ;;
    helm4) echo helm.sh/helm/v4/cmd/helm ;;
    helm3) echo helm.sh/helm/v3/cmd/helm ;;
    kubeconform) echo github.com/yannh/kubeconform/cmd/kubeconform ;;
    amtool) echo github.com/prometheus/alertmanager/cmd/amtool ;;
    jsonnet) echo github.com/google/go-jsonnet/cmd/jsonnet ;;
    crane) echo github.com/google/go-containerregistry/cmd/crane ;;
    krew) echo sigs.k8s.io/krew/cmd/validate-krew-manifest sigs.k8s.io/krew/cmd/krew ;;
    *)
      echo "build.sh: component $1 is unknown: allowed are kubernetes, kubernetes-1.34, kubernetes-1.35, kubernetes-1.37, kubectl-1.34, kubectl-1.37, go-clients, stern, etcd, etcd-3.7, metrics-server, metrics-server-0.8, custom-metrics-adapter, keda, promtool, prometheus, victoria-metrics, helm4, helm3, kubeconform, jsonnet, crane, amtool, krew" >&2
      exit 1
      ;;
  esac
}

# go build names etcd's binary after the last path element that is not a version: "server"; there are two Helms, krew is run by kubectl, and
# "adapter" does not say of whom.
name() {
  case $1 in
    go.etcd.io/etcd/server/v3) echo etcd ;;
    helm.sh/helm/v4/*) echo helm4 ;;
    helm.sh/helm/v3/*) echo helm3 ;;
    sigs.k8s.io/krew/cmd/krew) echo kubectl-krew ;;
    sigs.k8s.io/custom-metrics-apiserver/test-adapter) echo custom-metrics-adapter ;;
    github.com/kedacore/keda/v2/cmd/adapter) echo keda-adapter ;;
    components/go-clients/informer) echo go-informer ;;
    components/go-clients/controller) echo go-controller ;;
    components/keda/stand-in) echo keda-operator-stand-in ;;
    *) basename "$1" ;;
  esac
}

# What a release of each says of itself; Helm 3 takes Kubernetes for v1.20 without it, and refuses charts that want a newer one.
stamps() {
  local of minor
  of=$(kubernetes_version "$1")
  minor=${of#v1.}
  minor=${minor%%.*}
  local version=k8s.io/component-base/version lint=helm.sh/helm/v3/pkg/lint/rules capabilities=helm.sh/helm/v3/pkg/chartutil
  case $1 in
    helm3) echo "-X $capabilities.k8sVersionMajor=1 -X $capabilities.k8sVersionMinor=$minor -X $lint.k8sVersionMajor=1 -X $lint.k8sVersionMinor=$minor" ;;
    *) echo "-X $version.gitVersion=$of -X $version.gitMajor=1 -X $version.gitMinor=$minor" ;;
  esac
}

mkdir -p "$cache"
for component in "${components[@]}"; do
  # Programs of ours are built anew when their source changes, too.
  own=$(find "$here/$component" -mindepth 2 -name '*.go' | sort)
  key=$(cat "$here/$component/go.mod" "$here/$component/go.sum" ${own:+$own} | sha256sum | cut -c1-12)
  into=$cache/$component-$key
  for package in $(packages "$component"); do
    binary=$into/$(name "$package")
    [ -x "$binary" ] && continue
    echo "build.sh: building $package" >&2
    mkdir -p "$into"
    (cd "$here/$component" && GOFLAGS="-mod=mod ${GOFLAGS:-}" go build -trimpath \
      -ldflags "-s -w $(stamps "$component")" \
      -o "$binary.partial" "$package" && mv "$binary.partial" "$binary")
  done
  # Other versions stand beside, in a folder of their own: 1.37 of Kubernetes, 0.8 of metrics-server, etcd-3.7.
  bin=$cache/bin
  case $component in
    kube*-* | metrics-server-*) bin=$cache/bin/${component##*-} ;;
    etcd-*) bin=$cache/bin/$component ;;
  esac
  mkdir -p "$bin"
  for package in $(packages "$component"); do ln -sfn "$into/$(name "$package")" "$bin/$(name "$package")"; done
done
echo "$cache/bin"
