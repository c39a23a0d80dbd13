package store

import "syscall"

// networkFS are file systems on which processes of several machines may open
// one file, by the magic numbers of statfs(2). WAL shares memory between its
// users, which no network file system can (sqlite.org/wal.html).
var networkFS = map[uint32]string{
	0x6969:     "nfs",
	0x517b:     "smb",
	0xff534d42: "cifs",
	0xfe534d42: "smb2",
	0x01021997: "9p",
	0x5346414f: "afs",
	0x73757245: "coda",
	0x00c36400: "ceph",
	0x0bd00bd0: "lustre",
	0x47504653: "gpfs",
	0x65735546: "fuse",
}

// fileSystem names the network file system that dir is on, "" for a local one.
func fileSystem(dir string) string {
	var stat syscall.Statfs_t
	if syscall.Statfs(dir, &stat) != nil {
		return ""
	}
	return networkFS[uint32(stat.Type)]
}
