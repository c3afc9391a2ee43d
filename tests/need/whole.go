package need

import "os"

// Whole says that tests are to compare everything, however long it takes: the
// environment variable STACKFS_TRUTH is "all". Else they take samples of what is large.
func Whole() bool { return os.Getenv("STACKFS_TRUTH") == "all" }
