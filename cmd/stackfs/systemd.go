package main

import (
	"fmt"
	"net"
	"os"
)

// notifySystemd tells the service manager that the mount is there (sd_notify(3)).
func notifySystemd() error {
	name := os.Getenv("NOTIFY_SOCKET")
	if name == "" {
		return nil
	}
	c, err := net.Dial("unixgram", name) // a leading @ is the abstract name space, for net as for systemd
	if err != nil {
		return fmt.Errorf("telling systemd: %w", err)
	}
	defer c.Close()
	_, err = c.Write([]byte("READY=1"))
	return err
}
