// Command controller reconciles one kind of an API with controller-runtime, as most operators do, laid out and set up as kubebuilder lays one out. It ends
// when its cache is in sync, or as the manager ends when it is not.
package main

import (
	"context"
	"flag"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func main() {
	group := flag.String("group", "", "of the API")
	version := flag.String("version", "", "of the API")
	kind := flag.String("kind", "", "that is reconciled")
	wait := flag.Duration("wait", 20*time.Second, "until the cache has to be in sync")
	options := zap.Options{Development: true}
	options.BindFlags(flag.CommandLine)
	flag.Parse()
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&options)))
	log := ctrl.Log.WithName("setup")

	ctx, cancel := context.WithCancel(ctrl.SetupSignalHandler())
	defer cancel()
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Metrics:    server.Options{BindAddress: "0"},
		Controller: config.Controller{CacheSyncTimeout: *wait},
	})
	if err != nil {
		log.Error(err, "Failed to start manager")
		os.Exit(1)
	}
	reconciled := &unstructured.Unstructured{}
	reconciled.SetGroupVersionKind(schema.GroupVersionKind{Group: *group, Version: *version, Kind: *kind})
	nothing := reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) { return reconcile.Result{}, nil })
	if err := ctrl.NewControllerManagedBy(mgr).For(reconciled).Named("boatswain").Complete(nothing); err != nil {
		log.Error(err, "Failed to create controller", "controller", *kind)
		os.Exit(1)
	}
	// A runnable of those that lead is started behind the caches.
	if err := mgr.Add(manager.RunnableFunc(func(ctx context.Context) error {
		if mgr.GetCache().WaitForCacheSync(ctx) {
			_, err := mgr.GetCache().GetInformer(ctx, reconciled)
			if err == nil {
				log.Info("In sync")
				cancel()
			}
		}
		return nil
	})); err != nil {
		log.Error(err, "Failed to set up")
		os.Exit(1)
	}
	log.Info("Starting manager")
	if err := mgr.Start(ctx); err != nil {
		log.Error(err, "Failed to run manager")
		os.Exit(1)
	}
}
