// Package newprovider adds a provider to a copy of the tree, by following the list in the
// documentation of package providertest. It never touches the tree itself.
package newprovider
