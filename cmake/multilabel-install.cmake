# SPDX-License-Identifier: Apache-2.0
# Headers, targets and the package config; inside a wheel the same layout lies below site-packages/multilabel.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
if(SKBUILD)
  set(multilabel_include_dir include)
  set(multilabel_cmake_dir share/cmake/multilabel)
else()
  set(multilabel_include_dir ${CMAKE_INSTALL_INCLUDEDIR})
  set(multilabel_cmake_dir ${CMAKE_INSTALL_DATADIR}/cmake/multilabel)
endif()
install(TARGETS ${MULTILABEL_COMPONENT_TARGETS} EXPORT multilabel-targets
  FILE_SET HEADERS DESTINATION ${multilabel_include_dir})
install(EXPORT multilabel-targets NAMESPACE multilabel:: DESTINATION ${multilabel_cmake_dir})
configure_package_config_file(cmake/multilabel-config.cmake.in multilabel-config.cmake
  INSTALL_DESTINATION ${multilabel_cmake_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(multilabel-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/multilabel-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/multilabel-config-version.cmake
  cmake/multilabel-components.cmake cmake/multilabel-dependencies.cmake DESTINATION ${multilabel_cmake_dir})
