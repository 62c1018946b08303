#include "datasets/export/element.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace tributary::datasets {
namespace {

// Number, name, type: u unsigned, s signed, f float, b boolean, m MAC, t text, o octets, 4 and 6
// addresses, S seconds, M milliseconds, U and N NTP timestamps.
constexpr std::string_view kRegistry = R"(
1 octetDeltaCount u 2 packetDeltaCount u 3 deltaFlowCount u 4 protocolIdentifier u
5 ipClassOfService u 6 tcpControlBits u 7 sourceTransportPort u 8 sourceIPv4Address 4
9 sourceIPv4PrefixLength u 10 ingressInterface u 11 destinationTransportPort u
12 destinationIPv4Address 4 13 destinationIPv4PrefixLength u 14 egressInterface u
15 ipNextHopIPv4Address 4 16 bgpSourceAsNumber u 17 bgpDestinationAsNumber u
18 bgpNextHopIPv4Address 4 19 postMCastPacketDeltaCount u 20 postMCastOctetDeltaCount u
21 flowEndSysUpTime u 22 flowStartSysUpTime u 23 postOctetDeltaCount u 24 postPacketDeltaCount u
25 minimumIpTotalLength u 26 maximumIpTotalLength u 27 sourceIPv6Address 6
28 destinationIPv6Address 6 29 sourceIPv6PrefixLength u 30 destinationIPv6PrefixLength u
31 flowLabelIPv6 u 32 icmpTypeCodeIPv4 u 33 igmpType u 34 samplingInterval u
35 samplingAlgorithm u 36 flowActiveTimeout u 37 flowIdleTimeout u 38 engineType u 39 engineId u
40 exportedOctetTotalCount u 41 exportedMessageTotalCount u 42 exportedFlowRecordTotalCount u
43 ipv4RouterSc 4 44 sourceIPv4Prefix 4 45 destinationIPv4Prefix 4 46 mplsTopLabelType u
47 mplsTopLabelIPv4Address 4 48 samplerId u 49 samplerMode u 50 samplerRandomInterval u
51 classId u 52 minimumTTL u 53 maximumTTL u 54 fragmentIdentification u
55 postIpClassOfService u 56 sourceMacAddress m 57 postDestinationMacAddress m 58 vlanId u
59 postVlanId u 60 ipVersion u 61 flowDirection u 62 ipNextHopIPv6Address 6
63 bgpNextHopIPv6Address 6 64 ipv6ExtensionHeaders u 70 mplsTopLabelStackSection o
71 mplsLabelStackSection2 o 72 mplsLabelStackSection3 o 73 mplsLabelStackSection4 o
74 mplsLabelStackSection5 o 75 mplsLabelStackSection6 o 76 mplsLabelStackSection7 o
77 mplsLabelStackSection8 o 78 mplsLabelStackSection9 o 79 mplsLabelStackSection10 o
80 destinationMacAddress m 81 postSourceMacAddress m 82 interfaceName t 83 interfaceDescription t
84 samplerName t 85 octetTotalCount u 86 packetTotalCount u 87 flagsAndSamplerId u
88 fragmentOffset u 89 forwardingStatus u 90 mplsVpnRouteDistinguisher o
91 mplsTopLabelPrefixLength u 92 srcTrafficIndex u 93 dstTrafficIndex u
94 applicationDescription t 95 applicationId o 96 applicationName t
98 postIpDiffServCodePoint u 99 multicastReplicationFactor u 100 className t
101 classificationEngineId u 102 layer2packetSectionOffset u 103 layer2packetSectionSize u
104 layer2packetSectionData o 128 bgpNextAdjacentAsNumber u 129 bgpPrevAdjacentAsNumber u
130 exporterIPv4Address 4 131 exporterIPv6Address 6 132 droppedOctetDeltaCount u
133 droppedPacketDeltaCount u 134 droppedOctetTotalCount u 135 droppedPacketTotalCount u
136 flowEndReason u 137 commonPropertiesId u 138 observationPointId u 139 icmpTypeCodeIPv6 u
140 mplsTopLabelIPv6Address 6 141 lineCardId u 142 portId u 143 meteringProcessId u
144 exportingProcessId u 145 templateId u 146 wlanChannelId u 147 wlanSSID t 148 flowId u
149 observationDomainId u 150 flowStartSeconds S 151 flowEndSeconds S 152 flowStartMilliseconds M
153 flowEndMilliseconds M 154 flowStartMicroseconds U 155 flowEndMicroseconds U
156 flowStartNanoseconds N 157 flowEndNanoseconds N 158 flowStartDeltaMicroseconds u
159 flowEndDeltaMicroseconds u 160 systemInitTimeMilliseconds M 161 flowDurationMilliseconds u
162 flowDurationMicroseconds u 163 observedFlowTotalCount u 164 ignoredPacketTotalCount u
165 ignoredOctetTotalCount u 166 notSentFlowTotalCount u 167 notSentPacketTotalCount u
168 notSentOctetTotalCount u 169 destinationIPv6Prefix 6 170 sourceIPv6Prefix 6
171 postOctetTotalCount u 172 postPacketTotalCount u 173 flowKeyIndicator u
174 postMCastPacketTotalCount u 175 postMCastOctetTotalCount u 176 icmpTypeIPv4 u
177 icmpCodeIPv4 u 178 icmpTypeIPv6 u 179 icmpCodeIPv6 u 180 udpSourcePort u
181 udpDestinationPort u 182 tcpSourcePort u 183 tcpDestinationPort u 184 tcpSequenceNumber u
185 tcpAcknowledgementNumber u 186 tcpWindowSize u 187 tcpUrgentPointer u 188 tcpHeaderLength u
189 ipHeaderLength u 190 totalLengthIPv4 u 191 payloadLengthIPv6 u 192 ipTTL u 193 nextHeaderIPv6 u
194 mplsPayloadLength u 195 ipDiffServCodePoint u 196 ipPrecedence u 197 fragmentFlags u
198 octetDeltaSumOfSquares u 199 octetTotalSumOfSquares u 200 mplsTopLabelTTL u
201 mplsLabelStackLength u 202 mplsLabelStackDepth u 203 mplsTopLabelExp u 204 ipPayloadLength u
205 udpMessageLength u 206 isMulticast u 207 ipv4IHL u 208 ipv4Options u 209 tcpOptions u
210 paddingOctets o 211 collectorIPv4Address 4 212 collectorIPv6Address 6 213 exportInterface u
214 exportProtocolVersion u 215 exportTransportProtocol u 216 collectorTransportPort u
217 exporterTransportPort u 218 tcpSynTotalCount u 219 tcpFinTotalCount u 220 tcpRstTotalCount u
221 tcpPshTotalCount u 222 tcpAckTotalCount u 223 tcpUrgTotalCount u 224 ipTotalLength u
225 postNATSourceIPv4Address 4 226 postNATDestinationIPv4Address 4
227 postNAPTSourceTransportPort u 228 postNAPTDestinationTransportPort u
229 natOriginatingAddressRealm u 230 natEvent u 231 initiatorOctets u 232 responderOctets u
233 firewallEvent u 234 ingressVRFID u 235 egressVRFID u 236 VRFname t
237 postMplsTopLabelExp u 238 tcpWindowScale u 239 biflowDirection u 240 ethernetHeaderLength u
241 ethernetPayloadLength u 242 ethernetTotalLength u 243 dot1qVlanId u 244 dot1qPriority u
245 dot1qCustomerVlanId u 246 dot1qCustomerPriority u 247 metroEvcId t 248 metroEvcType u
249 pseudoWireId u 250 pseudoWireType u 251 pseudoWireControlWord u 252 ingressPhysicalInterface u
253 egressPhysicalInterface u 254 postDot1qVlanId u 255 postDot1qCustomerVlanId u 256 ethernetType u
257 postIpPrecedence u 258 collectionTimeMilliseconds M 259 exportSctpStreamId u
260 maxExportSeconds S 261 maxFlowEndSeconds S 262 messageMD5Checksum o 263 messageScope u
264 minExportSeconds S 265 minFlowStartSeconds S 266 opaqueOctets o 267 sessionScope u
268 maxFlowEndMicroseconds U 269 maxFlowEndMilliseconds M 270 maxFlowEndNanoseconds N
271 minFlowStartMicroseconds U 272 minFlowStartMilliseconds M 273 minFlowStartNanoseconds N
274 collectorCertificate o 275 exporterCertificate o 276 dataRecordsReliability b
277 observationPointType u 278 newConnectionDeltaCount u 279 connectionSumDurationSeconds u
280 connectionTransactionId u 281 postNATSourceIPv6Address 6 282 postNATDestinationIPv6Address 6
283 natPoolId u 284 natPoolName t 285 anonymizationFlags u 286 anonymizationTechnique u
287 informationElementIndex u 288 p2pTechnology t 289 tunnelTechnology t 290 encryptedTechnology t
291 basicList o 292 subTemplateList o 293 subTemplateMultiList o 294 bgpValidityState u
295 IPSecSPI u 296 greKey u 297 natType u 298 initiatorPackets u 299 responderPackets u
300 observationDomainName t 301 selectionSequenceId u 302 selectorId u 303 informationElementId u
304 selectorAlgorithm u 305 samplingPacketInterval u 306 samplingPacketSpace u
307 samplingTimeInterval u 308 samplingTimeSpace u 309 samplingSize u 310 samplingPopulation u
311 samplingProbability f 312 dataLinkFrameSize u 313 ipHeaderPacketSection o
314 ipPayloadPacketSection o 315 dataLinkFrameSection o 316 mplsLabelStackSection o
317 mplsPayloadPacketSection o 318 selectorIdTotalPktsObserved u
319 selectorIdTotalPktsSelected u 320 absoluteError f 321 relativeError f
322 observationTimeSeconds S 323 observationTimeMilliseconds M 324 observationTimeMicroseconds U
325 observationTimeNanoseconds N 326 digestHashValue u 327 hashIPPayloadOffset u
328 hashIPPayloadSize u 329 hashOutputRangeMin u 330 hashOutputRangeMax u
331 hashSelectedRangeMin u 332 hashSelectedRangeMax u 333 hashDigestOutput b
334 hashInitialiserValue u 335 selectorName t 336 upperCILimit f 337 lowerCILimit f
338 confidenceLevel f 339 informationElementDataType u 340 informationElementDescription t
341 informationElementName t 342 informationElementRangeBegin u 343 informationElementRangeEnd u
344 informationElementSemantics u 345 informationElementUnits u 346 privateEnterpriseNumber u
347 virtualStationInterfaceId o 348 virtualStationInterfaceName t 349 virtualStationUUID o
350 virtualStationName t 351 layer2SegmentId u 352 layer2OctetDeltaCount u
353 layer2OctetTotalCount u 354 ingressUnicastPacketTotalCount u
355 ingressMulticastPacketTotalCount u 356 ingressBroadcastPacketTotalCount u
357 egressUnicastPacketTotalCount u 358 egressBroadcastPacketTotalCount u
359 monitoringIntervalStartMilliSeconds M 360 monitoringIntervalEndMilliSeconds M
361 portRangeStart u 362 portRangeEnd u 363 portRangeStepSize u 364 portRangeNumPorts u
365 staMacAddress m 366 staIPv4Address 4 367 wtpMacAddress m 368 ingressInterfaceType u
369 egressInterfaceType u 370 rtpSequenceNumber u 371 userName t 372 applicationCategoryName t
373 applicationSubCategoryName t 374 applicationGroupName t 375 originalFlowsPresent u
376 originalFlowsInitiated u 377 originalFlowsCompleted u 378 distinctCountOfSourceIPAddress u
379 distinctCountOfDestinationIPAddress u 380 distinctCountOfSourceIPv4Address u
381 distinctCountOfDestinationIPv4Address u 382 distinctCountOfSourceIPv6Address u
383 distinctCountOfDestinationIPv6Address u 384 valueDistributionMethod u
385 rfc3550JitterMilliseconds u 386 rfc3550JitterMicroseconds u 387 rfc3550JitterNanoseconds u
388 dot1qDEI b 389 dot1qCustomerDEI b 390 flowSelectorAlgorithm u
391 flowSelectedOctetDeltaCount u 392 flowSelectedPacketDeltaCount u
393 flowSelectedFlowDeltaCount u 394 selectorIDTotalFlowsObserved u
395 selectorIDTotalFlowsSelected u 396 samplingFlowInterval u 397 samplingFlowSpacing u
398 flowSamplingTimeInterval u 399 flowSamplingTimeSpacing u 400 hashFlowDomain u
401 transportOctetDeltaCount u 402 transportPacketDeltaCount u 403 originalExporterIPv4Address 4
404 originalExporterIPv6Address 6 405 originalObservationDomainId u 406 intermediateProcessId u
407 ignoredDataRecordTotalCount u 408 dataLinkFrameType u 409 sectionOffset u
410 sectionExportedOctets u 411 dot1qServiceInstanceTag o 412 dot1qServiceInstanceId u
413 dot1qServiceInstancePriority u 414 dot1qCustomerSourceMacAddress m
415 dot1qCustomerDestinationMacAddress m 417 postLayer2OctetDeltaCount u
418 postMCastLayer2OctetDeltaCount u 420 postLayer2OctetTotalCount u
421 postMCastLayer2OctetTotalCount u 422 minimumLayer2TotalLength u 423 maximumLayer2TotalLength u
424 droppedLayer2OctetDeltaCount u 425 droppedLayer2OctetTotalCount u
426 ignoredLayer2OctetTotalCount u 427 notSentLayer2OctetTotalCount u
428 layer2OctetDeltaSumOfSquares u 429 layer2OctetTotalSumOfSquares u
430 layer2FrameDeltaCount u 431 layer2FrameTotalCount u 432 pseudoWireDestinationIPv4Address 4
433 ignoredLayer2FrameTotalCount u 434 mibObjectValueInteger s 435 mibObjectValueOctetString o
436 mibObjectValueOID o 437 mibObjectValueBits o 438 mibObjectValueIPAddress 4
439 mibObjectValueCounter u 440 mibObjectValueGauge u 441 mibObjectValueTimeTicks u
442 mibObjectValueUnsigned u 443 mibObjectValueTable o 444 mibObjectValueRow o
445 mibObjectIdentifier o 446 mibSubIdentifier u 447 mibIndexIndicator u 448 mibCaptureTimeSemantics u
449 mibContextEngineID o 450 mibContextName t 451 mibObjectName t 452 mibObjectDescription t
453 mibObjectSyntax t 454 mibModuleName t 455 mobileIMSI t 456 mobileMSISDN t 457 httpStatusCode u
458 sourceTransportPortsLimit u 459 httpRequestMethod t 460 httpRequestHost t
461 httpRequestTarget t 462 httpMessageVersion t 463 natInstanceID u 464 internalAddressRealm o
465 externalAddressRealm o 466 natQuotaExceededEvent u 467 natThresholdEvent u 468 httpUserAgent t
469 httpContentType t 470 httpReasonPhrase t 471 maxSessionEntries u 472 maxBIBEntries u
473 maxEntriesPerUser u 474 maxSubscribers u 475 maxFragmentsPendingReassembly u
476 addressPoolHighThreshold u 477 addressPoolLowThreshold u
478 addressPortMappingHighThreshold u 479 addressPortMappingLowThreshold u
480 addressPortMappingPerUserHighThreshold u 481 globalAddressMappingHighThreshold u
482 vpnIdentifier o 483 bgpCommunity u 484 bgpSourceCommunityList o 485 bgpDestinationCommunityList o
486 bgpExtendedCommunity o 487 bgpSourceExtendedCommunityList o
488 bgpDestinationExtendedCommunityList o 489 bgpLargeCommunity o
490 bgpSourceLargeCommunityList o 491 bgpDestinationLargeCommunityList o
492 srhFlagsIPv6 u 493 srhTagIPv6 u 494 srhSegmentIPv6 6 495 srhActiveSegmentIPv6 6
496 srhSegmentIPv6BasicList o 497 srhSegmentIPv6ListSection o 498 srhSegmentsIPv6Left u
499 srhIPv6Section o 500 srhIPv6ActiveSegmentType u 501 srhSegmentIPv6LocatorLength u
502 srhSegmentIPv6EndpointBehavior u
)";

constexpr std::size_t kElements = 503;
using Registry = std::array<ElementInfo, kElements>;

ElementType type_of(char letter) {
    switch (letter) {
        case 'u': return ElementType::number;
        case 's': return ElementType::integer;
        case 'f': return ElementType::real;
        case 'b': return ElementType::boolean;
        case 'm': return ElementType::mac;
        case 't': return ElementType::text;
        case '4': return ElementType::ipv4;
        case '6': return ElementType::ipv6;
        case 'S': return ElementType::seconds;
        case 'M': return ElementType::milliseconds;
        case 'U': return ElementType::microseconds;
        case 'N': return ElementType::nanoseconds;
        default: return ElementType::octets;
    }
}

std::string_view next_word(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \n"), text.size()));
    const std::string_view word = text.substr(0, text.find_first_of(" \n"));
    text.remove_prefix(word.size());
    return word;
}

Registry read_registry() {
    Registry registry;
    std::string_view text = kRegistry;
    for (;;) {
        std::size_t number = 0;
        for (const char digit : next_word(text)) {
            number = number * 10 + static_cast<std::size_t>(digit - '0');
        }
        if (number == 0) return registry;
        registry[number].name = next_word(text);
        registry[number].type = type_of(next_word(text).front());
    }
}

const Registry& registry() {
    static const Registry read = read_registry();
    return read;
}

}  // namespace

ElementInfo element_info(std::uint32_t enterprise, std::uint16_t element) {
    const bool is_known = element < kElements && !registry()[element].name.empty();
    if (enterprise == kIana && is_known) return registry()[element];
    if (enterprise == kReverse && is_known) {
        ElementInfo info = registry()[element];
        info.name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(info.name[0])));
        info.name.insert(0, "reverse");
        return info;
    }
    const std::string number = std::to_string(element);
    if (enterprise == kIana) return {"element_" + number, ElementType::octets};
    return {"enterprise_" + std::to_string(enterprise) + "_" + number, ElementType::octets};
}

}  // namespace tributary::datasets
