// Command informer watches one resource of an API by client-go's shared informer, as programs without a framework do, and ends when its cache is
// in sync, or when it was not in time.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
)

func main() {
	klog.InitFlags(nil)
	group := flag.String("group", "", "of the API")
	version := flag.String("version", "", "of the API")
	resource := flag.String("resource", "", "plural, as in the path")
	wait := flag.Duration("wait", 20*time.Second, "until the cache has to be in sync")
	flag.Parse()

	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		klog.ErrorS(err, "No cluster to ask")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), *wait)
	defer cancel()
	watched := schema.GroupVersionResource{Group: *group, Version: *version, Resource: *resource}
	factory := dynamicinformer.NewDynamicSharedInformerFactory(dynamic.NewForConfigOrDie(config), 0)
	informer := factory.ForResource(watched).Informer()
	factory.Start(ctx.Done())
	if !cache.WaitForNamedCacheSync(*resource, ctx.Done(), informer.HasSynced) {
		klog.Flush()
		os.Exit(1)
	}
	fmt.Printf("%d %s in the cache\n", len(informer.GetStore().List()), *resource)
}
