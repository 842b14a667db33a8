// kube-network-policies: the policy engine of sigs.k8s.io/kube-network-policies
// (Apache-2.0) with a kubeconfig; its own program reads that of a pod alone.
// It decides of the packets of queue 100. Its own rules are of nftables with a
// queue, which not every kernel has: who starts it adds the same by iptables.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// Set by the linker.
var version = "unknown"

func main() {
	kubeconfig := flag.String("kubeconfig", "", "of a user that may list and watch pods, namespaces and NetworkPolicies")
	node := flag.String("node", "", "the name of this node")
	says := flag.Bool("version", false, "print the version")
	flag.Parse()
	if *says {
		fmt.Println("kube-network-policies", version)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, *node); err != nil {
		fmt.Fprintln(os.Stderr, err)
		klog.Flush()
		os.Exit(1)
	}
}

func run(ctx context.Context, kubeconfig, node string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	objects := informers.NewSharedInformerFactory(client, 0)
	controller, err := networkpolicy.NewController(
		client,
		objects.Networking().V1().NetworkPolicies(),
		objects.Core().V1().Namespaces(),
		objects.Core().V1().Pods(),
		nil, nil, nil, nil,
		// Packets of a pod that the API server does not show yet are let through.
		networkpolicy.Config{FailOpen: true, QueueID: 100, NodeName: node},
	)
	if err != nil {
		return err
	}
	objects.Start(ctx.Done())
	return controller.Run(ctx)
}
