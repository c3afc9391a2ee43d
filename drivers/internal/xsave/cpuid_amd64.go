package xsave

// cpuid runs the instruction of that name (Intel SDM volume 2A, CPUID) and returns
// two of its four results.
func cpuid(leaf, subleaf uint32) (eax, ebx uint32)
